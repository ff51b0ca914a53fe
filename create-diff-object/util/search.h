/* SPDX-License-Identifier: GPL-2.0-only */
/* Search in what is sorted. */
#ifndef KLP_UTIL_SEARCH_H
#define KLP_UTIL_SEARCH_H

#include <stdint.h>

/*
 * The first index below n of which `is_before`, an expression of `i`, is false: it is true up to there, and false from
 * there on. n if it is true of all.
 *
 *	lower_bound(n, i, v[i].offset < offset)
 */
#define lower_bound(n, i, is_before)                                                                                   \
	({                                                                                                             \
		uint32_t low_ = 0, high_ = (n);                                                                        \
		while (low_ < high_) {                                                                                 \
			const uint32_t i = low_ + (high_ - low_) / 2;                                                  \
			if (is_before)                                                                                 \
				low_ = i + 1;                                                                          \
			else                                                                                           \
				high_ = i;                                                                             \
		}                                                                                                      \
		low_;                                                                                                  \
	})

#endif
