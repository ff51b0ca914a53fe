/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growing array as a pair of fields: `VEC(struct foo) foos;` gives foos.v (elements), foos.n (count).
 * Zeroed memory is a valid empty vector. Elements move when the vector grows: keep indexes, not pointers.
 */
#ifndef KLP_UTIL_VEC_H
#define KLP_UTIL_VEC_H

#include <stdint.h>
#include <stdlib.h>

#include "util/memory.h"

#define VEC(type)                                                                                                      \
	struct {                                                                                                       \
		type *v;                                                                                               \
		uint32_t n;   /* elements in use */                                                                    \
		uint32_t cap; /* elements allocated */                                                                 \
	}

/* Appends one element and yields a pointer to it, zeroed. Ends the program when out of memory. */
#define vec_push(vec)                                                                                                  \
	({                                                                                                             \
		if ((vec)->n == (vec)->cap)                                                                            \
			(vec)->v = vec_grow((vec)->v, &(vec)->cap, sizeof(*(vec)->v));                                 \
		__auto_type slot_ = &(vec)->v[(vec)->n++];                                                             \
		*slot_ = (typeof(*slot_)){0};                                                                          \
		slot_;                                                                                                 \
	})

/* Appends a value. */
#define vec_add(vec, value) (*vec_push(vec) = (value))

/* Frees the elements and makes the vector empty. */
#define vec_free(vec)                                                                                                  \
	do {                                                                                                           \
		free((vec)->v);                                                                                        \
		(vec)->v = NULL;                                                                                       \
		(vec)->n = (vec)->cap = 0;                                                                             \
	} while (0)

/* Doubles an array; for vec_push() only. */
static inline void *vec_grow(void *v, uint32_t *cap, size_t size)
{
	uint32_t want = *cap ? *cap * 2 : 16;

	if (want < *cap || !(v = reallocarray(v, want, size)))
		memory_exhausted();
	*cap = want;
	return v;
}

#endif
