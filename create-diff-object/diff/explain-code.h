/* SPDX-License-Identifier: GPL-2.0-only */
/* Part of --explain: the first difference in the code of a function. */
#ifndef KLP_DIFF_EXPLAIN_CODE_H
#define KLP_DIFF_EXPLAIN_CODE_H

#include <stdio.h>

#include "diff/select.h"

struct debug_info;
struct lines;

struct explaining {
	const struct diff *diff;
	const char *file;                     /* of the patched object, without directories */
	struct debug_info *o_debug, *p_debug; /* NULL: none */
	struct lines *lines;
	bool layouts_differ; /* structures do, in the debug information */
	FILE *out;
};

/*
 * Prints it for a changed function: the instructions of both sides, what they come from, and of which inlined functions
 * there is more or less code. where: bytes from the entry.
 */
void explain_code(const struct explaining *ctx, uint32_t p, uint64_t where);

/*
 * Prints the instruction of a piece at `at` of its section, behind a mark. Returns its length in bytes; 0 at the end of
 * the piece.
 */
uint32_t explain_insn(const struct explaining *ctx, const char *mark, const struct side *side, uint32_t id,
		      uint64_t at);

#endif
