/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where and how functions use a variable: what tells one of several static locals of one name from another, beside the
 * order in which the compiler numbers them.
 */
#ifndef KLP_DIFF_USES_H
#define KLP_DIFF_USES_H

#include "diff/pairing.h"

#define USES_NOWHERE UINT64_MAX

struct use_numbers {
	const uint64_t *v; /* in order; in the pairing's arena */
	uint32_t n;
};

/* Equal for what is equal on both sides. */
struct uses {
	/* one for each use: the function, the instruction, and what is used before and after it */
	struct use_numbers whole;
	struct use_numbers beside; /* only what is used before or after it: one or two for each use */
};

/* How two variables are used alike: how much they have in common. */
struct likeness {
	bool is_same; /* all uses of one are uses of the other */
	uint32_t whole, beside;
};

/* The uses of the variable id in functions of its side that have a partner. */
struct uses uses_find(const struct pairing *pairing, const struct side *side, uint32_t id, const uint32_t *users,
		      uint32_t nusers);
struct likeness uses_compare(const struct uses *a, const struct uses *b);

/*
 * Where a function first uses the variable: only good to be compared with others of that function. USES_NOWHERE: it
 * does not.
 */
uint64_t uses_first(const struct side *side, uint32_t function, uint32_t id);

#endif
