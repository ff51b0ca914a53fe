/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Line numbers in code and data. A line inserted on top of a file changes every __LINE__ below it, and with it what
 * WARN(), might_sleep(), pr_debug() and many more leave in an object, but no function does anything else than before.
 */
#ifndef KLP_DIFF_LINES_H
#define KLP_DIFF_LINES_H

#include "object/side.h"

struct diag;

/* Two objects whose lines are compared; of exact sides none ever is one. */
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
 * constant that is a line number of the source on both sides? Then returns where that constant ends (bytes from the
 * start of the original section), else 0.
 */
uint64_t lines_skip(struct lines *lines, struct line_cursor *cursor, uint64_t o_at, uint64_t p_at);

/* Where two objects refer to a text. */
struct line_site {
	uint32_t o_sec, p_sec; /* section indexes */
	uint64_t o_at, p_at;   /* of the fields, bytes from the start of the section */
};

/* Are both texts the same but for line numbers that follow the name of the source file: "fs/open.c:123"? */
bool lines_same_text(struct lines *lines, const struct line_site *site, const char *orig, const char *patched);

/*
 * A number that is taken for a line because it follows the name of the source file: no debug information tells better.
 */
struct line_guess {
	uint32_t owner; /* as lines_begin() was told */
	int64_t orig, patched;
};

/* All guesses from here on are about owner. */
void lines_begin(struct lines *lines, uint32_t owner);
/* All guesses so far, also about what turned out to differ anyway: stores the first and returns how many. */
uint32_t lines_guesses(const struct lines *lines, const struct line_guess **first);

/* Tells that a guess about a place (a function, a variable, a section) kept a difference from being a change. */
void lines_warn(const struct lines *lines, const struct line_guess *guess, const char *place, struct diag *diag);

#endif
