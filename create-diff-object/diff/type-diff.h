/* SPDX-License-Identifier: GPL-2.0-only */
/* How a type of the original differs from the one of that name in the patched source. */
#ifndef KLP_DIFF_TYPE_DIFF_H
#define KLP_DIFF_TYPE_DIFF_H

#include "elf/enumerators.h"
#include "elf/types.h"

struct arena;

/* From harmless to certain harm. */
enum type_difference {
	TYPE_SAME,
	TYPE_ADDED,   /* a member where there was padding */
	TYPE_RANGE,   /* a number is of another kind of the same size: s32, u32, an enumeration */
	TYPE_MEANING, /* something of the same size is of another type */
	TYPE_LAYOUT,  /* its size, or offsets or sizes of members, or values of enumerators */
};

struct type_diff {
	enum type_difference difference;
	const char *what; /* "72 bytes instead of 64, b moved from +0x8 to +0x18"; NULL if it is the same */
};

/* Compares two structures or unions, or typedefs of something else by their sizes. The text belongs to arena. */
void type_diff(struct types *orig, uint32_t o, struct types *patched, uint32_t p, struct arena *arena,
	       struct type_diff *diff);
/*
 * Compares the numbers of an enumeration with what its names stand for in the patched source, in whatever enumeration
 * there, and its size with that of the patched enumeration `node` (TYPE_NONE: there is none).
 */
void type_diff_enumeration(struct types *orig, const struct type_named *named, struct types *patched, uint32_t node,
			   const struct numbers *numbers, struct arena *arena, struct type_diff *diff);
/*
 * Compares the types of a variable, without looking into structures. Its size is the object's to tell, if that has it;
 * with_size: it has not.
 */
void type_diff_variable(struct types *orig, uint32_t o, struct types *patched, uint32_t p, bool with_size,
			struct arena *arena, struct type_diff *diff);

#endif
