/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of one translation unit by its debug information: those with a name of some kind, who contains or points to
 * whom, and which functions and variables mention them. All of it is read once; see elf/members.h for what is in a
 * type.
 */
#ifndef KLP_ELF_TYPES_H
#define KLP_ELF_TYPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/vec.h"

#define TYPE_NONE      UINT32_MAX
/* Blocks of the source and types in them; a file that nests deeper is broken. */
#define TYPE_MAX_DEPTH 200

struct arena;
struct debug_info;
struct die;

struct type_node {
	Dwarf_Die die;
	Dwarf_Off offset;
	int tag;          /* DW_TAG_* */
	const char *name; /* NULL: it has none */
	Dwarf_Off type;   /* what it is an alias of, an array of, points to or returns; 0: nothing, or void */
	uint32_t target;  /* its node, or TYPE_NONE */
	bool is_declaration;
	bool has_size;
	uint64_t size;    /* see type_size(), if has_size */
	const char *text; /* see type_text(); NULL: not made yet */
};

enum type_edge_kind {
	EDGE_ALIAS,     /* a typedef, a qualifier, an array of it */
	EDGE_MEMBER,    /* a structure or union has a member of it */
	EDGE_POINTER,   /* a pointer to it */
	EDGE_SIGNATURE, /* a type of functions that take or return it */
};

struct type_edge {
	uint32_t from, to; /* nodes */
	enum type_edge_kind kind;
};

/* A structure, union or enumeration by which name the source has for it. */
struct type_named {
	const char *key;   /* the same in both objects */
	const char *scope; /* the function that it is defined in, "" for none */
	const char *place; /* for messages: "foo" */
	const char *what;  /* "struct foo" */
	uint32_t node;
	Dwarf_Die die; /* where it is named: the type itself, a typedef, a variable */
};

struct type_func {
	const char *name;
	Dwarf_Off offset;
	uint64_t entry; /* address as debug_find_address() tells it, 0: it has no code of its own */
	bool is_static;
};

/* A function whose code has another one inlined, or is an instance of it. */
struct type_link {
	uint32_t func;
	Dwarf_Off origin; /* its offset is that of the other */
};

/* A variable or parameter. */
struct type_use {
	const char *name; /* "" if it has none; "return value" */
	uint32_t func;    /* index, TYPE_NONE: at file scope */
	uint32_t node;
	enum {
		USE_LOCAL,
		USE_PARAM,
		USE_INLINED, /* a parameter of a function that is inlined here */
		USE_RETURN,
		USE_STATIC,
	} kind;
	bool is_declared; /* what a declaration says: it may be defined elsewhere */
	uint64_t align;   /* bytes that the source demands (DWARF 5, 2.24, DW_AT_alignment), 0: says nothing of */
};

struct types {
	VEC(struct type_node) nodes; /* in order of their offsets */
	VEC(struct type_edge) edges;
	VEC(struct type_named) named;
	VEC(struct type_func) funcs;
	VEC(struct type_link) links;
	VEC(struct type_use) uses;
	struct arena *arena; /* owns the strings */
};

/* NULL: the debug information has no types (-g1). */
struct types *types_new(const struct debug_info *debug);
void types_free(struct types *types);

/* The node at an offset, or TYPE_NONE. */
uint32_t types_find(const struct types *types, Dwarf_Off offset);
/* The type that DW_AT_type names, or TYPE_NONE (void, or unknown). */
uint32_t types_of(const struct types *types, struct die *die);
/* Is it named in the source file itself, not in a header? (libdw reads all lines to tell the name of a file.) */
bool type_is_private(const struct type_named *named);
/* Without typedefs and qualifiers. */
uint32_t types_strip(const struct types *types, uint32_t node);

/* How a type is reached from another. Each level contains the one before. */
enum type_reach {
	REACH_NOT,
	REACH_FAR,   /* by pointers in other structures */
	REACH_NEAR,  /* it points to it, or to what contains it */
	REACH_VALUE, /* it contains it */
};

/* Stores for each node how it reaches `to`; reach has room for all. */
void types_reach(const struct types *types, uint32_t to, enum type_reach *reach);

#endif
