/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a patch touches what it touches, for people: --explain. */
#ifndef KLP_DIFF_EXPLAIN_H
#define KLP_DIFF_EXPLAIN_H

#include <stdio.h>

#include "diff/select.h"

/*
 * Prints, for each included or changed piece, why: the first difference with instructions of both sides and what it
 * comes from, or who needs it. Uses debug information where the objects have it.
 */
void explain(const struct diff *diff, FILE *out);

#endif
