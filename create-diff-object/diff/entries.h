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
	uint32_t sec;      /* section index of the table */
	uint32_t size;     /* bytes, as the output has it */
	uint32_t present;  /* bytes that the input has of it: the last one of a table may lack its padding */
	uint64_t offset;   /* bytes from the start of the table */
	uint32_t owner;    /* piece of the function, PIECE_NONE: of code that has no pieces */
	uint32_t site_sec; /* section index of the instruction that it is for */
	uint64_t site;     /* bytes from the start of that section */
	uint32_t site_len; /* bytes that the kernel may rewrite there, 0: the instruction */
	uint32_t repl;     /* `.altinstructions`: bytes of replacement code, else 0 */
};

/* What the unwinder must know from one instruction on, up to the next record of the same section. */
struct orc_record {
	uint32_t sec;         /* section index of the text */
	uint64_t at;          /* bytes from its start */
	const uint8_t *bytes; /* orc_size bytes, in the model */
};

struct entries {
	struct entry *v; /* in order of (table, offset) */
	uint32_t n;
	uint32_t **of_piece; /* by piece: ids of its entries, in order */
	uint32_t *count;     /* by piece */
	uint32_t *of_text;   /* ids of the entries for special text, in order of (site_sec, site) */
	uint32_t ntext;
	struct orc_record *orc; /* in order of (sec, at), one for each place */
	uint32_t norc;
	uint32_t orc_size;   /* bytes of a record, 0: the object has none */
	uint32_t orc_type;   /* R_* of the table of distances */
	uint32_t orc_sec;    /* section index of `.orc_unwind` */
	uint32_t orc_ip_sec; /* of `.orc_unwind_ip` */
	struct arena *arena; /* owns all of the above */
};

/* The entries for instructions in [start, end) of special text: stores the ids of the first and returns how many. */
uint32_t entries_of_text(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
			 const uint32_t **first);

enum field_kind {
	FIELD_NONE,
	FIELD_SITE,    /* an instruction of this object; the first field of every entry is one */
	FIELD_TARGET,  /* whatever it is, each entry refers to it */
	FIELD_HANDLER, /* a function, by its entry; an entry may do without */
};

/* How the entries of a table looked in one range of kernels. */
struct special_layout {
	uint8_t size;  /* bytes, 0 ends a list of layouts */
	uint8_t least; /* bytes that the last entry has at least, 0: all; macros that align in front leave none behind */
	uint8_t site_len_at, repl_len_at; /* where it holds lengths of instructions, 0: nowhere */
	struct {
		uint8_t at; /* bytes from the start of the entry */
		enum field_kind kind;
	} fields[4]; /* where relocations stand */
};

/* What a table is, and how its entries are taken apart. */
struct special_row {
	const char *section;
	const char *type;                 /* the kernel's structure of an entry, NULL: none */
	const char *size_env;             /* environment variable that gives the entry size, NULL: none */
	struct special_layout layouts[4]; /* most recent first */
	bool decides;                     /* a difference here makes the function a changed one */
	uint8_t ignore_at, ignore_len;    /* bytes that may differ without meaning: the line number of a WARN() */
	uint8_t repl_at;                  /* the field that names instructions of .altinstr_replacement, 0: none */
	bool rewrites_site; /* the kernel rewrites the instruction at the site when the module is loaded */
	bool may_drop;      /* without the entry the instruction is right as it is */
	bool tests_key;     /* the entry tests a static key; the code can be compiled to test it at run time instead */
	bool may_drop_late; /* nor is the entry needed if it names what is resolved late: a call by its trampoline */
};

#endif
