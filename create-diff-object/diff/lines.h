/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Line numbers in code and data. A line inserted on top of a file changes every __LINE__ below it, and with it what
 * WARN(), might_sleep(), pr_debug() and many more leave in an object, but no function does anything else than before.
 */
#ifndef KLP_DIFF_LINES_H
#define KLP_DIFF_LINES_H

#include "diff/side.h"

/* Two objects whose lines are compared. */
struct lines;

struct lines *lines_new(const struct side *orig, const struct side *patched);
void lines_free(struct lines *lines);

/* Where in two functions bytes are compared, for lines_skip(): goes on from call to call. */
struct line_cursor {
	uint32_t o_sec, p_sec; /* section indexes */
	uint64_t o_at,
		p_at; /* bytes from the start of the section: an instruction starts here, the function at first */
	bool lost;    /* there were bytes that are no instruction */
};

/*
 * The byte of code at o_at of the original section differs from the one at p_at of the patched section. Is it in a
 * constant that is a line number of the source on both sides? Then returns where that constant ends (bytes from the start
 * of the original section), else 0.
 */
uint64_t lines_skip(struct lines *lines, struct line_cursor *cursor, uint64_t o_at, uint64_t p_at);

/* Are both texts the same but for line numbers that follow the name of the source file: "fs/open.c:123"? */
bool lines_same_text(const struct lines *lines, const char *orig, const char *patched);

#endif
