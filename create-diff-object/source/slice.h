/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Do two preprocessed sources become the same code? They do where all that the compiler makes code of is the same:
 * the roots (source/items.h) and what they name, directly or through others.
 */
#ifndef KLP_SOURCE_SLICE_H
#define KLP_SOURCE_SLICE_H

#include <stdbool.h>
#include <stdio.h>

struct diag;

/*
 * Sets *same. If they differ, prints what the first different thing begins with to out (NULL: nowhere). Returns 0 or
 * -errno, reported.
 */
int slice_compare(const char *orig, const char *patched, bool *same, FILE *out, struct diag *diag)
	__attribute__((warn_unused_result));

#endif
