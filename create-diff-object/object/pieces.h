/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A piece is the smallest part of an object that is kept, dropped or compared as one: a function with the padding
 * before it, a variable, or a section without symbols (strings, constants, switch tables).
 *
 * -ffunction-sections makes most pieces whole sections, but not all: an explicit section attribute (`__sched`,
 * `noinstr`, `__read_mostly`) puts several functions or data into one section.
 */
#ifndef KLP_OBJECT_PIECES_H
#define KLP_OBJECT_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/model.h"
#include "kernel/names.h"

#define PIECE_NONE UINT32_MAX

enum piece_kind {
	PIECE_FUNC,
	PIECE_DATA, /* a named variable */
	PIECE_ANON, /* what no symbol names */
};

struct piece {
	const char *name; /* of the main symbol; of the section if the piece is anonymous */
	uint64_t start;   /* first byte, padding before a function included; bytes from the start of the section */
	uint64_t entry;   /* where the main symbol stands, start if anonymous */
	uint64_t end;     /* one past the last byte that the symbols cover */
	/* start of the next piece or end of the section: the bytes up to there belong to this one */
	uint64_t region_end;
	uint32_t sec;  /* section index */
	uint32_t sym;  /* main symbol: index, 0 if anonymous. Of several names for one place a global one is taken */
	uint32_t root; /* piece of the function that this is the .cold part of ("foo" for "foo.cold"); itself else */
	uint32_t part; /* piece of its .cold part, PIECE_NONE: none (GCC makes at most one) */
	enum piece_kind kind;
	enum sec_class class; /* of its section */
	bool traced;          /* function: there is an ftrace location in it */
	/*
	 * its ftrace location if the object has no record of them (struct pieces): bytes from the start of the section
	 */
	uint64_t trace_site;
	bool anonymous; /* no symbol names it, or it has no identity (see is_anonymous_variable()) */
};

struct pieces {
	const struct elf_obj *obj;
	struct piece *v; /* in order of (section, start) */
	uint32_t n;
	uint32_t *first_of_sec; /* by section index: first piece, PIECE_NONE if the section has none */
	uint32_t *end_of_sec;   /* by section index: one past its last piece */
	uint32_t *of_sym;       /* by symbol index: the piece that it stands in, or PIECE_NONE */
	bool calls_traces;   /* there is no `__mcount_loc`, but functions call MCOUNT_CALL: the record has to be made */
	struct arena *arena; /* owns all of the above */
};

/*
 * Divides obj, which must outlive the result. Special tables, ignored sections and empty ones have no pieces.
 * Returns 0 or -errno, reported.
 */
int pieces_new(const struct elf_obj *obj, struct pieces **result, struct diag *diag)
	__attribute__((warn_unused_result));
void pieces_free(const struct pieces *pieces);

/*
 * The piece that a reference to offset bytes into section sec means. The end of a piece (`a + ARRAY_SIZE(a)`) is
 * still that piece, unless another one starts just there. PIECE_NONE if the section has no pieces.
 */
uint32_t pieces_find(const struct pieces *pieces, uint32_t sec, uint64_t offset);

#endif
