/* SPDX-License-Identifier: GPL-2.0 */
/* Are two places of two objects the same, and which function of one is not that of the other? */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include "object.h"

/* Which symbols of both objects are one: sets other and ambiguous. */
void pair_symbols(struct object *orig, struct object *patched);
/* May code write to it at any time? */
bool is_writable(const struct section *section);
/* Sets changed of data that both have with different content, or that lead to such. */
void compare_data(struct object *orig, struct object *patched);
bool same_function(struct symbol *a, struct symbol *b, const char **why);
bool same_point(const struct point *a, const struct point *b, int depth);
/* Bytes and meaning of two ranges */
bool same_range(struct object *a, struct section *as, uint64_t ao, struct object *b, struct section *bs, uint64_t bo,
		uint64_t size, int depth, const char **why);
/* Data that nobody tells by its address or name: constants that compilers number, strings, pools */
bool is_anonymous(const struct point *point);
bool same_bytes(const struct section *as, uint64_t ao, const struct section *bs, uint64_t bo, uint64_t size);
bool same_type(const struct reference *a, const struct reference *b);

/* Tables whose entries belong to code: what holds for a function beside its bytes. */
struct table {
	const char *name;
	/* Relocations of an entry, the first of which is the code that it belongs to */
	unsigned int refs;
	/* The module may leave the entry away if the symbol that its last relocation refers to is a module's */
	bool droppable;
};
extern const struct table tables[];
size_t table_entry(const struct section *section, const struct table *table);
/* Entries of function in order: offsets in the table's section; caller frees */
uint64_t *table_entries(struct section *section, const struct table *table, const struct symbol *function, size_t *n);

#endif /* JUDGE_COMPARE_H */
