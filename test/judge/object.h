/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object, module or image as the judge reads it, with libelf and nothing else of this repository: what the judge
 * shares with the engine, it can't judge.
 */
#ifndef JUDGE_OBJECT_H
#define JUDGE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
	const char *name;
	/* The name without the numbers that compilers count, e.g. "count.#" of count.12 */
	const char *base;
	/* Its number, or 0 */
	unsigned long number;
	unsigned int type, bind, section;
	uint64_t value, size;
	struct object *object;
	/* Content differs from that of the other side's symbol */
	bool changed;
	/* The same symbol of the other side (orig, patched), or NULL */
	struct symbol *other;
	/* Several symbols of the other side could be the same */
	bool ambiguous;
	/* Function that refers to it first, its place among the references there, for static locals */
	struct symbol *user;
	size_t user_place;
	/* Where the running kernel has it, if known */
	bool placed;
	uint64_t address;
};

struct reference {
	/* In the section that it is in */
	uint64_t offset;
	unsigned int type, width;
	struct symbol *symbol;
	int64_t addend;
	/* Of a PC-relative one in code: from the field to the end of the instruction, which is what is counted from */
	int64_t ahead;
	/* Object of a livepatch relocation section, or NULL */
	const char *livepatch;
	/* Where a call or jump goes, not an address that is taken */
	bool branch;
};

struct section {
	const char *name;
	unsigned int type, index;
	uint64_t flags, address, size, entry_size, info;
	/* NULL without bytes */
	const unsigned char *bytes;
	struct reference *refs;
	size_t n_refs, room;
	/* Defined symbols with a name, by value */
	struct symbol **symbols;
	size_t n_symbols;
};

struct object {
	const char *file;
	void *elf;
	bool relocatable;
	struct section *sections;
	size_t n_sections;
	struct symbol *symbols;
	size_t n_symbols;
};

/* What a reference means: something undefined with this name, or a place in a section. */
struct point {
	struct object *object;
	struct section *section;
	struct symbol *symbol;
	/* From the symbol, or from the section if there is none */
	int64_t offset;
};

/* is_code_read: with the branches that have no relocation, and where PC-relative fields count from */
struct object *object_load(const char *file, bool is_code_read);
struct section *object_section(const struct object *object, const char *name);
struct symbol *object_symbol(const struct object *object, const char *name);

bool is_function(const struct symbol *symbol);
bool is_code(const struct section *section);
bool is_string(const struct section *section);
bool is_pc_relative(unsigned int type);
/* References of a section in [from, to) */
struct reference *refs_from(const struct section *section, uint64_t from, uint64_t to, size_t *n);
/* What is at offset of the section: a symbol that holds it, or the place itself. */
struct point point_at(struct object *object, struct section *section, int64_t offset);
struct point point_of(struct object *object, const struct reference *ref);
/* Offset of a point in its section */
int64_t point_place(const struct point *point);

void *take(size_t size);
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);

#endif /* JUDGE_OBJECT_H */
