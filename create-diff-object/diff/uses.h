/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where and how functions use a variable: what tells one of several static locals of one name from another, beside the order in
 * which the compiler numbers them.
 */
#ifndef KLP_DIFF_USES_H
#define KLP_DIFF_USES_H

#include "diff/pairing.h"

#define USES_NOWHERE UINT64_MAX

/* A number for each use, made of the function, the instruction, and what is used beside it; equal for equal ones of both sides. */
struct uses {
	const uint64_t *v; /* in order; in the pairing's arena */
	uint32_t n;
};

/* The uses of the variable id in functions of its side that have a partner. */
struct uses uses_find(const struct pairing *pairing, const struct side *side, uint32_t id, const uint32_t *users,
		      uint32_t nusers);
/* How many uses both have. */
uint32_t uses_in_common(const struct uses *a, const struct uses *b);

/* Where a function first uses the variable: only good to be compared with others of that function. USES_NOWHERE: it does not. */
uint64_t uses_first(const struct side *side, uint32_t function, uint32_t id);

#endif
