/* SPDX-License-Identifier: GPL-2.0-only */
/* The result in words. */
#ifndef KLP_DIFF_REPORT_H
#define KLP_DIFF_REPORT_H

#include <stdio.h>

#include "diff/select.h"

/*
 * Prints `X.o: changed function: f` and `X.o: new function: g`, in the order of the object. Scripts read these lines;
 * the same as records go to report, unless it is NULL.
 */
void report_functions(const struct diff *diff, FILE *out, FILE *report);
/* Records of what the patch hands to the kernel: callbacks by kind, the array of states. */
void report_author(const struct author *author, const struct side *patched, FILE *report);
/* Prints for each included piece why it is there, one line each; for --debug. */
void report_reasons(const struct diff *diff, FILE *out);

#endif
