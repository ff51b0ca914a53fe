/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an address goes that an instruction takes: only into calls and comparisons, or may others know it afterwards?
 * Asked of the addresses of what a livepatch copies (klp/kept.c), and of constants that it may take the place of
 * (diff/constants.c), and of objects on the stack (diff/old-objects.c).
 */
#ifndef KLP_DIFF_ESCAPE_H
#define KLP_DIFF_ESCAPE_H

#include "object/side.h"

struct arena;

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
	uint32_t piece;     /* piece of the code where it happens */
};

struct escape {
	struct escape_path address; /* of the address itself */
	struct escape_path content; /* of addresses that stand in memory there */
};

/* What an address leads to. */
struct escape_target {
	bool has_pointers; /* addresses stand in memory there, or in what these lead to; */
	bool is_deep;      /* in what these lead to, for sure or perhaps; */
	uint8_t size;      /* bytes of the smallest of them: what is less is none (.key of a row with .name and .key) */
	/*
	 * and, of a variable that the object defines (PIECE_NONE: it does not), does one stand in [start, end) of the
	 * piece?
	 */
	bool (*has_pointer_at)(const void *arg, uint32_t piece, int64_t start, int64_t end);
	const void *arg;
};

/*
 * Follows what the instruction at `at` of section sec, which is code of the piece from, takes by ref, and adds to
 * *escape how it gets out of sight.
 */
void escape_follow(const struct side *side, uint32_t from, uint32_t sec, uint64_t at, const struct ref *ref,
		   const struct escape_target *target, struct escape *escape);

/*
 * Follows each address on the stack that a function (a piece and its .cold part) computes, and adds to *escape how the
 * first one gets out of sight. What is only read and written where it stands has no address that is computed.
 */
void escape_follow_stack(const struct side *side, uint32_t function, struct escape *escape);

/* Visits each reference of the instructions in [start, end) of a section with the place of its instruction. */
typedef void escape_visit(void *arg, uint64_t at, const struct ref *ref);
void escape_visit_code(const struct side *side, uint32_t sec, uint64_t start, uint64_t end, escape_visit *visit,
		       void *arg);

/*
 * "f() gives to g()", the end of a sentence about the address; before: what f() does before that ("reads from t and ").
 */
const char *escape_path_text(struct arena *arena, const struct side *side, const struct escape_path *path,
			     const char *before);

#endif
