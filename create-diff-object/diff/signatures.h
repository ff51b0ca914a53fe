/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters and results of functions that others call. */
#ifndef KLP_DIFF_SIGNATURES_H
#define KLP_DIFF_SIGNATURES_H

#include "diff/select.h"

struct diag;
struct types;

/* Refuses other parameters, or another result, of a changed function that callers outside of the patch may know. */
void signatures_check(const struct diff *diff, struct types *orig, struct types *patched, struct diag *diag);

#endif
