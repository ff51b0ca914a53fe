/* SPDX-License-Identifier: GPL-2.0-only */
/* What the halves of corr_new() share (pairing.c): correlate.c pairs by names, numbered.c what the compiler numbers. */
#ifndef KLP_DIFF_PAIRING_H
#define KLP_DIFF_PAIRING_H

#include "diff/correlate.h"

struct pairing {
	const struct side *orig, *patched;
	const uint32_t *orig_order, *patched_order; /* see pairing_order(); each has all pieces of its side */
	struct corr *corr;
	struct arena *arena; /* scratch */
};

/*
 * The pieces of a side in the order of their names, count.9 before count.10. Whoever takes the first one of several
 * looks at them in this order: that of sections may be another one in both objects.
 */
uint32_t *pairing_order(const struct side *side, struct arena *arena);
void pairing_add(struct pairing *pairing, uint32_t orig, uint32_t patched, enum corr_rule rule);
/* Could the two be one thing at all? */
bool pairing_is_same_sort(const struct pairing *pairing, uint32_t orig, uint32_t patched);
/*
 * Are they variables that start with the same bytes? What relocations fill in is compared when the pair is
 * (diff/same.c).
 */
bool pairing_is_same_start(const struct pairing *pairing, uint32_t orig, uint32_t patched);
/* The original piece that has this name, if it has no partner yet and may be the patched piece's; else PIECE_NONE. */
uint32_t pairing_find_free(const struct pairing *pairing, const char *name, uint32_t patched);
/* A static local, or a clone: the compiler numbers its name. */
bool pairing_is_numbered(const struct side *side, uint32_t id);

/* A variable that a macro names by a counter, `__UNIQUE_ID_state_77`: any other use of the counter moves its name. */
bool pairing_is_counted(const struct side *side, uint32_t id);

static inline bool pairing_has_pair(const struct pairing *pairing, uint32_t patched)
{
	return pairing->corr->to_orig[patched] != PIECE_NONE;
}

/* Pairs clones of functions ("foo.isra.0"), all other functions being paired as far as they can be. */
void numbered_pair_clones(struct pairing *pairing);
/* Pairs static locals ("count.3"), all functions being paired. */
void numbered_pair_statics(struct pairing *pairing);

#endif
