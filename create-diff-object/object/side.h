/* SPDX-License-Identifier: GPL-2.0-only */
/* One of the two objects with all that is known of it alone: the input of every pass that looks at both. */
#ifndef KLP_OBJECT_SIDE_H
#define KLP_OBJECT_SIDE_H

#include <stddef.h>

#include "object/entries.h"
#include "object/pieces.h"
#include "object/refs.h"

struct side {
	const struct elf_obj *obj;
	const struct pieces *pieces;
	const struct refs *refs;
	const struct entries *entries;
	bool exact; /* no number is ever taken for a line; the same on both sides */
};

/*
 * Takes an object apart, which must outlive the result. Returns 0 or -errno, reported; side_close() frees what was
 * made, also before an error.
 */
int side_open(const struct elf_obj *obj, const struct layout *layout, bool exact, struct side *side, struct diag *diag)
	__attribute__((warn_unused_result));
void side_close(const struct side *side);

static inline const struct piece *side_piece(const struct side *side, uint32_t id)
{
	return &side->pieces->v[id];
}

static inline const struct elf_sec *side_section(const struct side *side, const struct piece *piece)
{
	return &side->obj->secs[piece->sec];
}

/* The references inside of a piece: stores the first and returns how many. */
static inline uint32_t side_refs(const struct side *side, const struct piece *piece, const struct ref **first)
{
	return refs_in_range(side->refs, piece->sec, piece->start, piece->region_end, first);
}

/* Entry number i of those of a piece, of entries->count[piece]. */
static inline const struct entry *side_entry(const struct side *side, uint32_t piece, uint32_t i)
{
	return &side->entries->v[side->entries->of_piece[piece][i]];
}

/* The references of an entry: stores the first and returns how many. */
static inline uint32_t side_entry_refs(const struct side *side, const struct entry *entry, const struct ref **first)
{
	return refs_in_range(side->refs, entry->sec, entry->offset, entry->offset + entry->present, first);
}

/*
 * The id of the entry that a reference means, ENTRY_NONE: it means something else. WARN(1, "text") of Linux 6.19 and
 * later hands its own entry of __bug_table to what reports it (arch/x86/include/asm/bug.h, __WARN_bug_entry()).
 */
static inline uint32_t side_find_entry(const struct side *side, const struct ref *ref)
{
	const struct elf_sym *sym = &side->obj->syms[ref->sym];

	if (ref->piece != PIECE_NONE || !elf_sym_has_section(sym))
		return ENTRY_NONE;
	return entries_find(side->entries, sym->shndx, sym->value + (uint64_t)ref->target);
}

static inline bool side_replacement(const struct side *side, const struct entry *entry, struct replacement *replacement)
{
	return entry_find_replacement(side->pieces, side->refs, entry, replacement);
}

/*
 * A walk over what refers to things together: a piece or a block of special text, then each entry for its instructions.
 */
struct side_walk {
	const struct side *side;
	uint32_t sec;
	uint64_t start, end;
	const uint32_t *entries; /* ids */
	uint32_t nentries;
	uint32_t next; /* 0: the piece or block itself; else one more than an index of entries */
};

struct side_part {
	const struct entry *entry; /* NULL: the piece or block itself */
	uint32_t id;               /* of the entry */
	const struct ref *refs;
	uint32_t n;
};

struct side_walk side_walk_piece(const struct side *side, uint32_t id);
struct side_walk side_walk_text(const struct side *side, uint32_t sec, uint64_t start, uint64_t end);
/* Stores the next part; false: there is none. */
bool side_walk_next(struct side_walk *walk, struct side_part *part);

/*
 * Where the object begins that a reference into a pool means. The assembler keeps the symbol where an address is not
 * that of the object itself: "0123"[i - 1] is `.LC1 - 1`, whose byte is the last one of another string.
 */
static inline uint64_t side_object_start(const struct side *side, const struct ref *ref)
{
	const struct elf_sym *sym = &side->obj->syms[ref->sym];

	return elf_sym_is_section(sym) ? (uint64_t)ref->target : sym->value;
}

/* Does a reference mean a place inside of a function, and does not just go there? */
static inline bool side_is_label(const struct side *side, const struct ref *ref)
{
	const struct piece *target = ref->piece == PIECE_NONE ? NULL : side_piece(side, ref->piece);

	return target && target->kind == PIECE_FUNC && !ref->is_branch && (ref->target || target->root != ref->piece);
}

#endif
