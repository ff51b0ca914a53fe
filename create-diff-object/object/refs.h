/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each relocation means: which byte of which piece, or which symbol of elsewhere. The relocation itself stays
 * as it is in the model; this table stands beside it.
 *
 * Branches that the assembler resolved by itself (see arch/x86_64.c) are found by decoding and get an entry of their
 * own, so that later passes see one kind of reference.
 */
#ifndef KLP_OBJECT_REFS_H
#define KLP_OBJECT_REFS_H

#include <stdbool.h>
#include <stdint.h>

#include "object/pieces.h"

/* How the meaning of a reference is known. */
enum ref_source {
	REF_READ,      /* by its relocation, and the instruction that it is a field of, if it is in code */
	REF_FOUND,     /* not in the file: a distance that the assembler resolved */
	REF_UNDECODED, /* the field is in no instruction that is known, so which byte is meant is not sure */
};

/*
 * What the instruction does with the address, where the relocation only says it by the section: a[i - 1] and `p >= a`
 * of a loop that runs down name a byte that may belong to the variable before a[].
 */
enum ref_arithmetic {
	REF_AS_IS,
	REF_COMPUTED, /* computes with it */
	REF_INDEXED,  /* adds a register */
};

struct ref {
	uint64_t offset; /* of the field, bytes from the start of the section */
	int64_t addend;  /* as the relocation has it */
	int64_t target;  /* bytes that are meant, from the entry of the piece, or from the undefined symbol */
	int64_t shift; /* what makes it a physical address (__pa_symbol()), which target does not have in it; else 0 */
	uint32_t type; /* R_* */
	uint32_t sym;  /* symbol of the relocation; of a found branch: main symbol of the piece */
	/* the piece that is meant, PIECE_NONE: sym is not in this object, or its section has no pieces */
	uint32_t piece;
	bool is_branch; /* the field is the distance of a direct call or jump */
	enum ref_source source;
	enum ref_arithmetic arithmetic;
	/*
	 * The byte that is meant is where one variable ends and the next begins, and the relocation only says so by the
	 * section: `a + ARRAY_SIZE(a)`, or the start of the next? piece is the next one. (It may be computed with as
	 * well: a loop that runs down to a[].)
	 */
	bool is_border;
};

struct refs {
	struct ref **of_sec; /* by section index: its references in order of offset */
	uint32_t *count;     /* by section index */
	struct arena *arena;
};

/* Finds the references of all sections of pieces->obj. Returns 0 or -errno, reported. */
int refs_new(const struct pieces *pieces, struct refs **result, struct diag *diag) __attribute__((warn_unused_result));
void refs_free(const struct refs *refs);

/* The references in [start, end) of a section: stores the first and returns how many. */
uint32_t refs_in_range(const struct refs *refs, uint32_t sec, uint64_t start, uint64_t end, const struct ref **first);

/*
 * The end of the instructions in special text that a branch to offset reaches: up to the first jump that is always
 * taken. For the blocks of `.altinstr_aux` (static_cpu_has() before alternatives are applied: test, branch, jump) and
 * of `.fixup` (what runs after a fault, and jumps back; before 5.16).
 */
uint64_t refs_special_text_end(const struct elf_obj *obj, uint32_t sec, uint64_t offset);

/* Does an instruction in [start, end) of special text refer to a place of its section outside, without a relocation? */
bool refs_special_text_leaves(const struct refs *refs, const struct elf_obj *obj, uint32_t sec, uint64_t start,
			      uint64_t end);

#endif
