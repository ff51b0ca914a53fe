/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Equality of an original and a patched object's pieces, when it is known which are partners.
 */
#ifndef KLP_DIFF_SAME_H
#define KLP_DIFF_SAME_H

#include "diff/change.h"
#include "diff/correlate.h"
#include "object/side.h"

struct diag;
struct lines;

/* What pieces are compared by. */
struct same {
	const struct side *orig, *patched;
	const struct corr *corr;
	struct lines *lines; /* of both objects */
};

/* Compares a patched piece with its partner, special entries included: CHANGE_NEW if it has none. */
struct change_info same_compare(const struct same *same, uint32_t patched);

/* Do two descriptors of pr_debug() say the same? lines: of both objects. */
bool descriptors_equal(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p,
		       const struct corr *corr, struct lines *lines, bool with_line);

/*
 * Where do len bytes of data begin to hold something else, references included: those of the original piece o from o_at
 * on, and those of the patched piece p from p_at on? Both have to be there. at: bytes from the entry of the piece.
 * Returns bytes from there, len: nowhere.
 */
uint64_t data_find_difference(const struct side *orig, uint32_t o, uint64_t o_at, const struct side *patched,
			      uint32_t p, uint64_t p_at, uint64_t len, const struct corr *corr, struct lines *lines);

/*
 * Do both sections hold the same, references included, for the same uses? For those that are not known, whose order
 * matters too. Warns of guesses about what has no partner in them.
 */
bool sections_equal(const struct side *orig, uint32_t orig_sec, const struct side *patched, uint32_t patched_sec,
		    const struct corr *corr, struct diag *diag);

#endif
