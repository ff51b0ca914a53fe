// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two inlined functions have a static variable of one name each, and a patch calls them in the other order: by order,
 * use and content each looks as the other one did. Debug information knows the functions that declare them; and the
 * lines, if those that the patch left alone have the same numbers in both objects (--exact). A function that differs is
 * doubt enough; a line only if another variable fits better, for the declaration may have moved.
 */
#include "diff/declared.h"

#include <string.h>

#include "elf/debug.h"
#include "elf/statics.h"
#include "kernel/names.h"
#include "util/arena.h"

/* The static locals of one side. */
struct half {
	const struct side *side;
	uint32_t *ids, n;
	struct static_local *declared; /* by index of ids */
};

static void find_ids(struct half *half, const uint32_t *order, struct arena *arena)
{
	half->ids = arena_array(arena, uint32_t, half->side->pieces->n);
	for (uint32_t i = 0; i < half->side->pieces->n; i++) {
		uint32_t id = order[i];
		const struct piece *piece = side_piece(half->side, id);

		if (piece->kind == PIECE_DATA && pairing_is_numbered(half->side, id) && !piece->anonymous)
			half->ids[half->n++] = id;
	}
}

static bool find_declarations(struct half *half, struct arena *arena)
{
	struct statics *statics = statics_new(debug_of(half->side->obj));

	half->declared = arena_array(arena, struct static_local, half->n);
	for (uint32_t i = 0; statics && i < half->n; i++) {
		const struct piece *piece = side_piece(half->side, half->ids[i]);

		if (statics_find(statics, piece->sec, piece->entry, piece->name, &half->declared[i]))
			half->declared[i].function = arena_strdup(arena, half->declared[i].function);
	}
	statics_free(statics);
	return statics != NULL;
}

static bool has_same_name(const struct half *a, uint32_t i, const struct half *b, uint32_t k)
{
	return sym_name_same_base(side_piece(a->side, a->ids[i])->name, side_piece(b->side, b->ids[k])->name);
}

static bool is_same_place(const struct half *orig, uint32_t o, const struct half *patched, uint32_t p)
{
	const struct static_local *before = &orig->declared[o], *now = &patched->declared[p];

	return before->function && now->function && !strcmp(before->function, now->function) &&
	       (!patched->side->exact || before->line == now->line);
}

static bool is_other_function(const struct half *orig, uint32_t o, const struct half *patched, uint32_t p)
{
	const struct static_local *before = &orig->declared[o], *now = &patched->declared[p];

	return before->function && now->function && strcmp(before->function, now->function);
}

static uint32_t index_of(const struct half *half, uint32_t id)
{
	for (uint32_t i = 0; i < half->n; i++)
		if (half->ids[i] == id)
			return i;
	return PIECE_NONE;
}

/*
 * Another original variable that a patched one, or the original one that it is paired with, would fit better; or
 * PIECE_NONE.
 */
static uint32_t find_better(const struct corr *corr, const struct half *orig, uint32_t o, const struct half *patched,
			    uint32_t p)
{
	for (uint32_t i = 0; i < orig->n; i++)
		if (i != o && has_same_name(orig, i, patched, p) && is_same_place(orig, i, patched, p))
			return orig->ids[i];
	for (uint32_t i = 0; i < patched->n; i++)
		if (i != p && has_same_name(orig, o, patched, i) && is_same_place(orig, o, patched, i))
			return corr->to_orig[patched->ids[i]] == PIECE_NONE ? orig->ids[o]
									    : corr->to_orig[patched->ids[i]];
	return PIECE_NONE;
}

static void doubt_pairs(struct corr *corr, const struct half *orig, const struct half *patched)
{
	for (uint32_t p = 0; p < patched->n; p++) {
		uint32_t id = patched->ids[p], o, better;

		o = corr->to_orig[id] == PIECE_NONE ? PIECE_NONE : index_of(orig, corr->to_orig[id]);
		if (o == PIECE_NONE || corr->rule[id] == CORR_AMBIGUOUS || is_same_place(orig, o, patched, p))
			continue;
		better = find_better(corr, orig, o, patched, p);
		if (better == PIECE_NONE && is_other_function(orig, o, patched, p))
			better = orig->ids[o];
		if (better == PIECE_NONE)
			continue;
		corr->rule[id] = CORR_AMBIGUOUS;
		corr->other[id] = better;
	}
}

void declared_doubt_pairs(struct pairing *pairing)
{
	struct half orig = {.side = pairing->orig}, patched = {.side = pairing->patched};

	find_ids(&orig, pairing->orig_order, pairing->arena);
	find_ids(&patched, pairing->patched_order, pairing->arena);
	if (orig.n && patched.n && find_declarations(&orig, pairing->arena) &&
	    find_declarations(&patched, pairing->arena))
		doubt_pairs(pairing->corr, &orig, &patched);
}
