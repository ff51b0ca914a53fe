/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in a structure or union, and types in words. */
#ifndef KLP_ELF_MEMBERS_H
#define KLP_ELF_MEMBERS_H

#include "elf/types.h"

/*
 * A member as the source names it: "a", "a.b" if a is of a type without a name, "a[].b" if it is an array of them;
 * those of an unnamed structure or union as if they were the outer one's. One without a name at all (a bit-field for
 * padding) is left out.
 */
struct member {
	const char *name;
	uint64_t bit;     /* from the start of the whole; see bytes_shift_of_bit() */
	uint64_t bits;    /* 0: not known, as of a flexible array */
	uint32_t node;    /* its type */
	bool is_bitfield; /* else whole bytes */
};

typedef VEC(struct member) member_vec;

/* Stores the place of a member, whose node is known, in what contains it. */
void member_measure(const struct types *types, struct die *die, struct member *member);
/* Appends the members of a structure or union, in the order of the source. */
void members_find(const struct types *types, uint32_t node, member_vec *members);

/*
 * A type in words: equal for two types that the same bytes mean the same in. Typedefs and qualifiers are gone, numbers
 * are s32 or u64: "struct foo *", "u8[16]", "s32 (*)(struct foo *)".
 */
const char *type_text(struct types *types, uint32_t node);
/* Bytes, 0: not known. */
uint64_t type_size(const struct types *types, uint32_t node);
/* What the source aligns a type to, in bytes; 0: to what its members need. */
uint64_t type_alignment(const struct types *types, uint32_t node);
/*
 * How many entries an index of an array has, 0: not known. Of one with several, debug information has one type: rank is
 * which is meant, from 0 on. Returns false if there are not so many.
 */
bool type_array_count(Dwarf_Die *array, unsigned int rank, uint64_t *count);
/* Bytes of an entry of an array, however many indexes that has; 0: it is none, or not known. */
uint64_t type_entry_size(const struct types *types, uint32_t node);
/*
 * Is it a number or an enumeration, or an array of them, so that only a range changes if other numbers take its place?
 */
bool type_is_numeric(const struct types *types, uint32_t node);

#endif
