/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of special tables (`__bug_table`, `.altinstructions`, ...) and the functions that they belong to. */
#ifndef KLP_OBJECT_ENTRIES_H
#define KLP_OBJECT_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/special.h"
#include "object/pieces.h"
#include "object/refs.h"

struct layout;

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
	uint8_t line_at;   /* two bytes that may differ, 0: none */
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

/*
 * Takes the special tables apart. Returns 0 or -errno, reported: an entry size can't be told, or an entry has no owner.
 */
int entries_new(const struct pieces *pieces, const struct refs *refs, const struct layout *layout,
		struct entries **result, struct diag *diag) __attribute__((warn_unused_result));
void entries_free(const struct entries *entries);

/* The instructions that an alternative is replaced by: [start, end) of a section of special text. */
struct replacement {
	const struct ref *ref; /* the field of the entry that names them */
	uint32_t piece;
	uint32_t sec;
	uint64_t start;
	uint64_t end;
};

/* False if the entry is none of an alternative, or what it names is not there. */
bool entry_find_replacement(const struct pieces *pieces, const struct refs *refs, const struct entry *entry,
			    struct replacement *replacement);

/* The id of the entry that has a byte of a section, ENTRY_NONE: none has. */
#define ENTRY_NONE UINT32_MAX
uint32_t entries_find(const struct entries *entries, uint32_t sec, uint64_t offset);

/* The entries for instructions in [start, end) of special text: stores the ids of the first and returns how many. */
uint32_t entries_of_text(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
			 const uint32_t **first);

#endif
