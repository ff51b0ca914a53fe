/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changed content of existing variables as values to be written, for who makes a callback of that (kpatch-build
 * --suggest).
 */
#ifndef KLP_DIFF_VALUES_H
#define KLP_DIFF_VALUES_H

#include <stdio.h>

#include "diff/select.h"

/*
 * Writes records of each existing variable whose content differs and that can't be copied into the livepatch. They are
 * in the manual page of create-diff-object: a `variable`, and for each place in it that differs a `value`; or a single
 * `no-values`, which says why it is no matter of writing.
 */
void values_report(const struct diff *diff, FILE *report);

#endif
