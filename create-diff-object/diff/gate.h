/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes that can't be livepatched. Every reason is reported, then the caller stops at diag_checkpoint().
 */
#ifndef KLP_DIFF_GATE_H
#define KLP_DIFF_GATE_H

#include "diff/select.h"

void gate_run(const struct diff *diff, struct diag *diag);

#endif
