/* SPDX-License-Identifier: GPL-2.0-only */
/* Refusals of what is gone: see gate.h. */
#ifndef KLP_DIFF_REMOVED_H
#define KLP_DIFF_REMOVED_H

#include "diff/select.h"

void removed_run(const struct diff *diff, struct diag *diag);

#endif
