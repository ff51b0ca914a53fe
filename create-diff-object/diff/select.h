/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes into the output: changed functions, new things that others may use, and all that these need.
 */
#ifndef KLP_DIFF_SELECT_H
#define KLP_DIFF_SELECT_H

#include "diff/compare.h"
#include "diff/correlate.h"
#include "diff/origin.h"
#include "diff/side.h"

struct diag;

/* How a reference of an included piece is to be resolved. */
enum ref_use {
	REF_USE_COPY,      /* to the copy of the piece in the output */
	REF_USE_EXISTING,  /* to the piece as it is in the running kernel */
	REF_USE_UNDEFINED, /* to a symbol that the object does not define */
	REF_USE_NOWHERE,   /* to what is never carried, in a section that is not known (refused by diff/gate.c) */
};

enum why {
	WHY_NOT,     /* not included */
	WHY_CHANGED, /* a function that changed */
	WHY_NEW,     /* new and visible to other objects */
	WHY_PART,    /* the unlikely part of an included function */
	WHY_NEEDED,  /* the piece `by` refers to it */
};

/* Instructions of special text that an included function needs: a replacement, or a block of .altinstr_aux or .fixup. */
struct text_block {
	uint32_t sec;        /* section index */
	uint32_t owner;      /* patched piece of the function */
	uint64_t start, end; /* bytes from the start of the section */
	bool is_replacement; /* the kernel copies it over the function; else it runs where it is */
};

struct selection {
	struct {
		enum why why;
		uint32_t by; /* patched piece, for WHY_PART and WHY_NEEDED */
	} * v;               /* by patched piece */
	struct text_block *blocks;
	uint32_t nblocks;
	uint32_t nroots;     /* pieces that are there for a reason of their own; 0: nothing changed */
	struct arena *arena; /* owns all of the above */
};

struct diff {
	struct side orig, patched;
	const struct corr *corr;
	const struct changes *changes;
	const struct selection *selection;
	struct origin *origin; /* the patch's hunks; NULL: not known */
};

/* Selects; diff->selection need not be set. */
int selection_new(const struct diff *diff, struct selection **result) __attribute__((warn_unused_result));
void selection_free(struct selection *selection);

/*
 * What must hold of a selection that was not refused: all that an included piece needs as a copy is included, no variable that
 * the running kernel has is, and each piece is there for the sake of a change. Returns 0 or -errno, reported.
 */
int selection_check(const struct diff *diff, struct diag *diag) __attribute__((warn_unused_result));

/* How a reference from the patched piece is to be resolved; it need not be included. */
enum ref_use selection_ref_use(const struct diff *diff, uint32_t from, const struct ref *ref);

/* The same for a reference in a special entry or a text block of owner: what points into the function means the copy. */
enum ref_use selection_owned_ref_use(const struct diff *diff, uint32_t owner, const struct ref *ref);

static inline bool is_included(const struct diff *diff, uint32_t patched)
{
	return diff->selection->v[patched].why != WHY_NOT;
}

#endif
