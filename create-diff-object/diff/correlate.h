/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which piece of the patched object is which piece of the original.
 */
#ifndef KLP_DIFF_CORRELATE_H
#define KLP_DIFF_CORRELATE_H

#include "object/side.h"

/* The rule that paired two pieces, from certain to doubtful. */
enum corr_rule {
	CORR_NONE,      /* no partner: new, or removed */
	CORR_NAME,      /* same name */
	CORR_PLACE,     /* same place in a section whose order decides */
	CORR_CLONE,     /* clones of one function: "foo.isra.0", "foo.isra.1" */
	CORR_ROOT,      /* .cold parts of paired functions */
	CORR_USERS,     /* static locals of one name, or equal descriptors of pr_debug(), that paired functions use */
	CORR_AMBIGUOUS, /* two answers are possible; refused if included code needs it */
};

struct corr {
	uint32_t *to_patched; /* by original piece: patched piece or PIECE_NONE */
	uint32_t *to_orig;    /* by patched piece: original piece or PIECE_NONE */
	enum corr_rule *rule; /* by patched piece */
	uint32_t *other;      /* by patched piece, CORR_AMBIGUOUS only: another original piece that is possible */
	struct arena *arena;  /* owns all of the above */
};

int corr_new(const struct side *orig, const struct side *patched, struct corr **result, struct diag *diag)
	__attribute__((warn_unused_result));
void corr_free(struct corr *corr);

#endif
