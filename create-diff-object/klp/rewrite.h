/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two halves of klp_finish(): finish.c decides what moves and what goes, rewrite.c makes the file.
 * Private to these two.
 */
#ifndef KLP_KLP_REWRITE_H
#define KLP_KLP_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/vec.h"

struct arena;
struct diag;
struct elf_obj;
struct elf_out;

/* A symbol whose relocations are to be moved. */
struct klp_pending {
	const char *owner; /* NULL: not such a symbol */
	const char *name;  /* the final name */
	uint32_t moved;    /* relocations that refer to it */
	uint32_t same_as;  /* input index of the symbol that stands for it in the output; often itself */
};

/* A livepatch relocation section to be made. */
struct klp_moved_sec {
	const char *name;
	uint32_t target; /* input index of the section that it relocates */
	const char *owner;
	uint32_t nrelas; /* entries: relocations of target whose symbol has this owner */
};

/* All decisions about a module. */
struct klp_moves {
	const struct elf_obj *in;
	struct arena *arena; /* owns all that is made for this run, but the result */
	struct diag *diag;
	struct klp_pending *pending; /* index: input symbol */
	bool *dropped_sec;           /* index: input section */
	bool *kept_sym;              /* index: input symbol */
	VEC(struct klp_moved_sec) secs;
};

/* Makes the output, to be freed by elf_out_free(). Returns 0 or -errno, reported. */
int klp_rewrite(const struct klp_moves *moves, struct elf_out **result) __attribute__((warn_unused_result));

#endif
