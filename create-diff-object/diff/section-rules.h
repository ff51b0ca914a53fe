/* SPDX-License-Identifier: GPL-2.0-only */
/* Refusals of sections: see gate.h. */
#ifndef KLP_DIFF_SECTION_RULES_H
#define KLP_DIFF_SECTION_RULES_H

#include "diff/select.h"

void section_rules_run(const struct diff *diff, struct diag *diag);

#endif
