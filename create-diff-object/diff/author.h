/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the author of a patch asks for, by variables in sections of their own (kernel/author.h): callbacks, states,
 * changes that are to be left out. These variables are read here, and go no further. What is not understood is refused,
 * for nothing that an author wrote may be dropped in silence.
 */
#ifndef KLP_DIFF_AUTHOR_H
#define KLP_DIFF_AUTHOR_H

#include "diff/correlate.h"
#include "kernel/author.h"
#include "object/side.h"

struct diag;

struct author_callback {
	enum klp_callback_kind kind;
	uint32_t function; /* patched piece */
};

/* A function or section whose changes are left out. */
struct author_ignored {
	const char *name;
	bool is_section;
};

struct author {
	struct author_callback *callbacks;
	uint32_t ncallbacks;
	uint32_t states; /* patched piece of the array of states, PIECE_NONE: there is none */
	struct author_ignored *ignored;
	uint32_t nignored;
	const char **forced; /* names of functions */
	uint32_t nforced;
	struct arena *arena; /* owns all of the above */
};

/* Reads what the patched object asks for. What is wrong with it is refused; what the result holds is sound. */
int author_new(const struct side *orig, const struct side *patched, const struct corr *corr, struct author **result,
	       struct diag *diag) __attribute__((warn_unused_result));
void author_free(struct author *author);

/* Are changes of the piece of this side left out, for the sake of this one, or of any? */
bool author_is_ignored(const struct author_ignored *ignored, const struct side *side, uint32_t p);
bool author_ignores_piece(const struct author *author, const struct side *side, uint32_t p);
/* Are changes of the section left out? */
bool author_ignores_section(const struct author *author, const char *section);

#endif
