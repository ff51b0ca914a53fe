/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks that changed functions take and release. */
#ifndef KLP_DIFF_LOCKS_H
#define KLP_DIFF_LOCKS_H

#include "diff/select.h"

/* Notes each changed function that takes or releases other locks than before, by what it calls. */
void locks_note(const struct diff *diff, struct diag *diag);

#endif
