/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KLP_DIFF_RESTARTS_H
#define KLP_DIFF_RESTARTS_H

#include "diff/select.h"

/*
 * Warns of static variables that the running kernel has, and that begin anew in the livepatch (RULE_STATE_RESTARTED).
 */
void restarts_warn(const struct diff *diff, struct diag *diag);

#endif
