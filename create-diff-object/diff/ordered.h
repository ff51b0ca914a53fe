/* SPDX-License-Identifier: GPL-2.0-only */
/* Several static locals of one name in the same functions: in which order they are the same ones on both sides. */
#ifndef KLP_DIFF_ORDERED_H
#define KLP_DIFF_ORDERED_H

#include "diff/pairing.h"

/* Static locals of one name on one side, and the functions that refer to each. */
struct ordered_half {
	const struct side *side;
	uint32_t *ids; /* n pieces; ordered_sort() puts them into the compiler's order */
	struct ordered_users {
		const uint32_t *v;
		uint32_t n;
	} * users; /* by piece of the side */
};

void ordered_sort(const struct ordered_half *half, uint32_t n);

/*
 * Are they the same ones, the first of one side and the first of the other? Their order, the places where functions use
 * them first, and how they use them must agree. That each starts as its pair does is for the caller to see.
 */
bool ordered_agree(const struct pairing *pairing, const struct ordered_half *orig, const struct ordered_half *patched,
		   uint32_t n);

/* Does a variable look more like another of the n patched ones, by its uses, than like the one that is at index? */
bool ordered_looks_like_other(const struct pairing *pairing, const struct ordered_half *orig, uint32_t o,
			      const struct ordered_half *patched, uint32_t n, uint32_t index);

#endif
