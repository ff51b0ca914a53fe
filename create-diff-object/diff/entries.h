/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of special tables (`__bug_table`, `.altinstructions`, ...) and the functions that they belong to.
 * special/ fills this table; comparing and selecting read it.
 */
#ifndef KLP_DIFF_ENTRIES_H
#define KLP_DIFF_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

struct special_row;

struct entry {
	const struct special_row *row;
	uint32_t sec;    /* section index of the table */
	uint32_t size;   /* bytes */
	uint64_t offset; /* bytes from the start of the table */
	uint32_t owner;  /* piece of the function, PIECE_NONE: of code that has no pieces */
	uint32_t repl;   /* `.altinstructions`: bytes of replacement code, else 0 */
};

struct entries {
	struct entry *v; /* in order of (table, offset) */
	uint32_t n;
	uint32_t **of_piece; /* by piece: ids of its entries, in order */
	uint32_t *count;     /* by piece */
	struct arena *arena; /* owns all of the above */
};

/* What a table is, and how its entries are taken apart. */
struct special_row {
	const char *section;
	const char *size_env; /* environment variable that gives the entry size, NULL: none */
	uint8_t sizes[4];     /* entry sizes in bytes that kernels have had, most recent first, 0 ends */
	uint8_t fields[4];    /* offsets in an entry where relocations may stand */
	uint8_t nfields;
	uint8_t owner_field;           /* offset of the relocation that names the owner */
	bool decides;                  /* a difference here makes the function a changed one */
	uint8_t ignore_at, ignore_len; /* bytes that may differ without meaning: the line number of a WARN() */
	bool has_replacement;          /* the second field names instructions of .altinstr_replacement */
	bool rewrites_site;   /* the kernel rewrites the instruction at the owner field when the module is loaded */
	bool may_drop;        /* without the entry the instruction is right as it is */
	bool may_drop_late;   /* nor is the entry needed if it names what is resolved late: a call by its trampoline */
	const char *parallel; /* table without relocations whose entry n belongs to entry n of this one, NULL: none */
};

#endif
