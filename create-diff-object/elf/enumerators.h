/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers that names stand for in a translation unit. */
#ifndef KLP_ELF_ENUMERATORS_H
#define KLP_ELF_ENUMERATORS_H

#include "elf/types.h"
#include "util/strmap.h"

struct enumerator {
	const char *name;
	int64_t value;
};

typedef VEC(struct enumerator) enumerator_vec;

/* Appends those of an enumeration, in the order of the source. */
void enumerators_find(const struct types *types, uint32_t node, enumerator_vec *enumerators);

struct number {
	int64_t value;
	uint32_t node; /* the enumeration */
};

/* All enumerators of a unit. Zeroed memory has none. */
struct numbers {
	struct strmap by_name; /* index of all, by scope and name */
	VEC(struct number) all;
};

void numbers_find(struct types *types, struct numbers *numbers);
/* What the name stands for in a scope (type_named.scope), NULL: nothing. arena is for passing use. */
const struct number *numbers_get(const struct numbers *numbers, struct arena *arena, const char *scope,
				 const char *name);
void numbers_free(struct numbers *numbers);

#endif
