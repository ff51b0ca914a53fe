/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types that mean something else after the patch, by the debug information of both objects: layout-changed,
 * type-changed, member-added. Without it (-g) nothing is told.
 */
#ifndef KLP_DIFF_TYPE_RULES_H
#define KLP_DIFF_TYPE_RULES_H

#include "diff/select.h"

struct diag;

void type_rules_run(const struct diff *diff, struct diag *diag);

#endif
