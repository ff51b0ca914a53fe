/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an address goes that an instruction of the livepatch takes: only into calls and comparisons, or may the kernel know it when
 * the livepatch is gone?
 */
#ifndef KLP_KLP_ESCAPE_H
#define KLP_KLP_ESCAPE_H

#include "diff/select.h"

/* How an address gets out of sight. */
enum escape_way {
	ESCAPE_NOT,
	ESCAPE_CALL,     /* to the function `callee` */
	ESCAPE_INDIRECT, /* to a function that is called by its address */
	ESCAPE_STORED,   /* into memory */
	ESCAPE_RETURNED, /* to the caller */
	ESCAPE_SHARED,   /* not by an instruction: others of the livepatch can see the variable that it stands in */
	ESCAPE_UNKNOWN,  /* the code can't be followed */
};

struct escape_path {
	enum escape_way way;
	const char *callee; /* ESCAPE_CALL: its name, in the model */
	uint32_t piece;     /* patched piece of the code where it happens */
};

struct escape {
	struct escape_path address; /* of the address itself */
	struct escape_path content; /* of addresses that stand in memory there */
};

/* What an address leads to. */
struct escape_target {
	bool has_pointers; /* addresses stand in memory there, or in what these lead to, */
	/* and, of a variable that the object defines (PIECE_NONE: it does not), does one stand in [start, end) of the piece? */
	bool (*has_pointer_at)(const void *arg, uint32_t piece, int64_t start, int64_t end);
	const void *arg;
};

/*
 * Follows what the instruction at `at` of section sec, which is code of the included piece from, takes by ref, and adds to
 * *escape how it gets out of sight.
 */
void escape_follow(const struct diff *diff, uint32_t from, uint32_t sec, uint64_t at, const struct ref *ref,
		   const struct escape_target *target, struct escape *escape);

#endif
