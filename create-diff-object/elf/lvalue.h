/* SPDX-License-Identifier: GPL-2.0-only */
/* What C calls a part of a variable: of `limits`, the 4 bytes at 24 are "limits[1].max". */
#ifndef KLP_ELF_LVALUE_H
#define KLP_ELF_LVALUE_H

#include "elf/types.h"

enum lvalue_kind {
	LVALUE_NUMBER,  /* an integer or an enumeration, of 1, 2, 4 or 8 bytes */
	LVALUE_BITS,    /* the same as a bit-field */
	LVALUE_POINTER, /* to data */
	LVALUE_ENTRY,   /* a pointer to a function */
	LVALUE_CHARS,   /* an array of characters */
	LVALUE_BYTES,   /* anything else without parts: a number with a point */
};

struct lvalue {
	const char *text;   /* belongs to the arena */
	uint64_t bit, bits; /* from the start of the variable */
	uint32_t node;      /* its type, without typedefs and qualifiers */
	enum lvalue_kind kind;
	bool is_signed, is_bool; /* of a number */
	bool is_mode;            /* permissions of a file, which people read as an octal number */
	bool is_const;           /* the source forbids to write to it */
	const char *outer;       /* the name of the innermost structure around it that has one, "" if none has */
};

/*
 * What stands at a bit of the variable `name` of that type. Of a union it is the first member, with prefer_pointer the
 * first pointer if there is one. Returns false if no part is there (padding), or its type is not known.
 */
bool lvalue_find(const struct types *types, uint32_t node, const char *name, uint64_t bit, bool prefer_pointer,
		 struct arena *arena, struct lvalue *lvalue);

/* A number as C writes it for such a part, with the enumerator's name if it has one. The text belongs to the arena. */
const char *lvalue_number(const struct types *types, const struct lvalue *lvalue, uint64_t value, struct arena *arena);

#endif
