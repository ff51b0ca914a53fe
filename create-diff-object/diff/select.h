/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes into the output: changed functions, new things that others may use, and all that these need.
 */
#ifndef KLP_DIFF_SELECT_H
#define KLP_DIFF_SELECT_H

#include "diff/author.h"
#include "diff/changes.h"
#include "diff/correlate.h"
#include "diff/origin.h"
#include "object/side.h"

struct diag;

/* How a reference of an included piece is to be resolved. */
enum ref_use {
	REF_USE_COPY,      /* to the copy of the piece in the output */
	REF_USE_EXISTING,  /* to the piece as it is in the running kernel */
	REF_USE_ENTRY,     /* to the copy of an entry of a special table */
	REF_USE_UNDEFINED, /* to a symbol that the object does not define */
	REF_USE_NOWHERE,   /* to what is never copied, in a section that is not known (refused by diff/use-rules.c) */
};

/* Why it is resolved so: see selection_reason_text(). */
enum use_reason {
	USE_NOT_DEFINED,     /* another object defines it */
	USE_UNKNOWN_SECTION, /* what a section of unknown meaning holds is not copied */
	USE_BY_NAME,         /* ... but has a name to be referred to */
	USE_OWN_ENTRY,       /* an entry of a special table that is for the function itself */
	USE_OWN,             /* a place of the function itself */
	USE_WEAK,            /* a weak name, which the kernel may have given to another object's function */
	USE_LABEL,           /* an address inside of a function */
	USE_ADDRESS,         /* the address of a function, which may be stored or compared */
	USE_ADDRESS_CALLED,  /* ... of one that is no place for an indirect branch */
	USE_CALL_CHANGED,    /* a direct call or jump to a changed function */
	USE_CALL_SAME,       /* ... to one that did not change */
	USE_COPIED,          /* a changed constant, a function or a table of labels that is copied */
	USE_OF_KERNEL,       /* a variable or constant that the running kernel has */
	USE_NEW,             /* new, or without a name: a string, a switch table */
};

enum why {
	WHY_NOT,     /* not included */
	WHY_CHANGED, /* a function that changed */
	WHY_NEW,     /* new and visible to other objects */
	WHY_ASKED,   /* the author's callback or array of states */
	WHY_PART,    /* the .cold part of an included function */
	WHY_NEEDED,  /* the piece `by` refers to it */
};

/*
 * Instructions of special text that an included function needs: a replacement, or a block of .altinstr_aux or .fixup.
 */
struct text_block {
	uint32_t sec;        /* section index */
	uint32_t owner;      /* patched piece of the function */
	uint64_t start, end; /* bytes from the start of the section */
	bool is_replacement; /* the kernel copies it over the function; else it runs where it is */
};

enum use_context {
	USE_IN_BODY,  /* in an included piece itself */
	USE_IN_ENTRY, /* in an entry of a special table, for an instruction of a body or of a block */
	USE_IN_BLOCK, /* in a block of special text */
};

/* How one reference of what is included is meant. */
struct use {
	const struct ref *ref;
	uint32_t from; /* patched piece that needs it: the body itself, or the owner of the entry or block */
	enum use_context context;
	enum ref_use use;
	enum use_reason reason;
};

/* A body, entry or block that is included, with its rows of the table. */
struct use_part {
	enum use_context context;
	uint32_t from;  /* as in its rows */
	uint32_t id;    /* of the piece, the entry (side's entries) or the block (selection's) */
	uint32_t first; /* row of its first reference; they are in order of offset */
	uint32_t n;
	uint32_t body; /* part of the body or block that an entry is for; others: itself */
};

struct selection {
	struct {
		enum why why;
		uint32_t by; /* patched piece, for WHY_PART and WHY_NEEDED */
	} * v;               /* by patched piece */
	struct text_block *blocks;
	uint32_t nblocks;
	struct use *uses;       /* the rows of all parts */
	struct use_part *parts; /* bodies in order of pieces, then blocks; each is followed by its entries */
	uint32_t nparts;
	uint32_t nroots;     /* pieces that are there for a reason of their own; 0: nothing changed */
	struct arena *arena; /* owns all of the above */
};

struct diff {
	struct side orig, patched;
	const struct corr *corr;
	const struct author *author;
	const struct changes *changes;
	const struct selection *selection;
	struct origin *origin; /* the patch's hunks; NULL: not known */
};

/* Selects; diff->selection need not be set. */
int selection_new(const struct diff *diff, struct selection **result) __attribute__((warn_unused_result));
void selection_free(struct selection *selection);

/* A reason in words, for --explain; static. */
const char *selection_reason_text(enum use_reason reason);

/*
 * What must hold of a selection that was not refused: all that an included piece needs as a copy is included, no
 * variable that the running kernel has is, and each piece is there for the sake of a change. Returns 0 or -errno,
 * reported.
 */
int selection_check(const struct diff *diff, struct diag *diag) __attribute__((warn_unused_result));

static inline bool is_included(const struct diff *diff, uint32_t patched)
{
	return diff->selection->v[patched].why != WHY_NOT;
}

#endif
