/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a special table is: one whose entries belong to functions. Each machine has a row for each of its tables
 * (arch/arch.h).
 */
#ifndef KLP_KERNEL_SPECIAL_H
#define KLP_KERNEL_SPECIAL_H

#include <stdbool.h>
#include <stdint.h>

enum field_kind {
	FIELD_NONE,
	FIELD_SITE,    /* an instruction of this object; the first field of every entry is one */
	FIELD_TARGET,  /* whatever it is, each entry refers to it */
	FIELD_HANDLER, /* a function, by its entry; an entry may do without */
};

#define SPECIAL_MAX_FIELDS 4

/* How the entries of a table looked in one range of kernels. */
struct special_layout {
	uint8_t size;  /* bytes, 0 ends a list of layouts */
	bool absolute; /* the first field is an address of 8 bytes, not a distance of 4 */
	/* bytes that the last entry has at least, 0: all; macros that align in front leave none behind */
	uint8_t least;
	uint8_t site_len_at, repl_len_at; /* where it holds lengths of instructions, 0: nowhere */
	uint8_t line_at; /* two bytes that may differ without meaning: the line number of a WARN(), 0: none */
	struct {
		uint8_t at; /* bytes from the start of the entry */
		enum field_kind kind;
	} fields[SPECIAL_MAX_FIELDS]; /* where relocations stand */
};

/* What a table is, and how its entries are taken apart. */
struct special_row {
	const char *section;
	const char *type;                 /* the kernel's structure of an entry, NULL: none */
	const char *size_env;             /* environment variable that gives the entry size, NULL: none */
	struct special_layout layouts[5]; /* most recent first */
	bool decides;                     /* a difference here makes the function a changed one */
	uint8_t repl_at;                  /* the field that names instructions of .altinstr_replacement, 0: none */
	/*
	 * What the kernel rewrites at the site when the module is loaded ("a jump label site"), and who does; NULL:
	 * nothing
	 */
	const char *site, *rewriter;
	uint8_t site_bytes; /* how many of its bytes, 0: as many as the entry says (site_len_at), or one instruction */
	/* who has read it before a relocation that waits for a module is applied; see section_read_early() */
	const char *early;
	bool is_records;    /* records that hold from an address on, not entries for a site: object/orc.c */
	bool left_out;      /* neither copied nor compared */
	bool may_drop;      /* without the entry the instruction is right as it is */
	bool tests_key;     /* the entry tests a static key; the code can be compiled to test it at run time instead */
	bool may_drop_late; /* nor is the entry needed if it names what is resolved late: a call by its trampoline */
};

#endif
