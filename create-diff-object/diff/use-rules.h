/* SPDX-License-Identifier: GPL-2.0-only */
/* Refusals of references: see gate.h. */
#ifndef KLP_DIFF_USE_RULES_H
#define KLP_DIFF_USE_RULES_H

#include "diff/select.h"

/* Refuses each reference of what is included that a livepatch can't have. */
void use_rules_run(const struct diff *diff, struct diag *diag);

#endif
