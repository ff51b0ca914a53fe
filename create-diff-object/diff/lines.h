/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Line numbers in code and data. A line inserted on top of a file changes every __LINE__ below it, and with it what
 * WARN(), might_sleep(), pr_debug() and many more leave in an object, but no function does anything else than before.
 */
#ifndef KLP_DIFF_LINES_H
#define KLP_DIFF_LINES_H

#include "diff/side.h"

/* A place in a function's instructions, for lines_skip_argument(): where the last search for an instruction ended. */
struct line_cursor {
	uint64_t at; /* bytes from the start of the section; an instruction starts here */
	bool lost;   /* there were bytes that are no instruction */
};

/*
 * A byte of code differs. Is it in a constant that both objects only pass on to a function as the line number of the
 * caller? Then returns where that constant ends (bytes from the start of the section of o), else 0. o_at and p_at are the
 * offsets of the byte in the sections o_sec and p_sec; the cursors start at the beginning of the function and go on from
 * call to call.
 */
uint64_t lines_skip_argument(const struct side *orig, uint32_t o_sec, uint64_t o_at, struct line_cursor *o_cursor,
			     const struct side *patched, uint32_t p_sec, uint64_t p_at, struct line_cursor *p_cursor);

/*
 * Are both texts the same but for line numbers that follow the name of the object's source file: "fs/open.c:123"?
 * name is that of STT_FILE, "open.c".
 */
bool lines_same_text(const char *name, const char *orig, const char *patched);

/* The name of the object's source file, without directories; NULL: it does not say. */
const char *lines_source_name(const struct elf_obj *obj);

#endif
