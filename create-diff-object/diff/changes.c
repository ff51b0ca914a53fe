// SPDX-License-Identifier: GPL-2.0-only
/*
 * What counts as changed: what differs (diff/same.c), less what the author does not want; and what changes with it: the
 * function of a .cold part or of a table of labels, the readers of a constant, the callers of a function that ftrace
 * can't reach.
 */
#include "diff/changes.h"

#include "diff/author.h"
#include "diff/untraced.h"
#include "diff/constants.h"
#include "diff/lines.h"
#include "diff/pairing.h"
#include "diff/same.h"
#include "util/arena.h"

/* Does only this function use the variable, and without taking its address? */
static bool is_read_by_one(const struct side *side, uint32_t id, uint32_t root)
{
	for (uint32_t sec = 1; sec < side->obj->nsecs; sec++) {
		for (uint32_t i = 0; i < side->refs->count[sec]; i++) {
			const struct ref *ref = &side->refs->of_sec[sec][i];
			uint32_t from;

			if (ref->piece != id)
				continue;
			from = pieces_find(side->pieces, sec, ref->offset);
			if (ref->arithmetic != REF_INDEXED || from == PIECE_NONE ||
			    side_piece(side, from)->root != root)
				return false;
		}
	}
	return true;
}

/* The function whose table for `goto *` a variable is: a constant of that function, all labels and read by it alone. */
static uint32_t find_owner(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);
	uint32_t owner = PIECE_NONE;
	const struct ref *refs;
	uint32_t n = side_refs(side, piece, &refs);

	if (piece->kind != PIECE_DATA || data_classify(side_section(side, piece)) != DATA_CONST ||
	    !pairing_is_numbered(side, id))
		return PIECE_NONE;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t root = side_is_label(side, &refs[i]) ? side_piece(side, refs[i].piece)->root : PIECE_NONE;

		if (root == PIECE_NONE || (owner != PIECE_NONE && owner != root))
			return PIECE_NONE;
		owner = root;
	}
	return owner != PIECE_NONE && is_read_by_one(side, id, owner) ? owner : PIECE_NONE;
}

/* The same on both sides; else PIECE_NONE. Whoever could read it before may have kept an address of it. */
static uint32_t find_label_owner(const struct same *same, uint32_t p)
{
	uint32_t o = same->corr->to_orig[p], owner = o == PIECE_NONE ? PIECE_NONE : find_owner(same->patched, p);
	uint32_t before = owner == PIECE_NONE ? PIECE_NONE : same->corr->to_orig[owner];

	return before != PIECE_NONE && before == find_owner(same->orig, o) ? owner : PIECE_NONE;
}

/* A table of labels is a part of its function: a change of their order is one of the function. */
static void change_owners(const struct same *same, struct change_info *info)
{
	for (uint32_t p = 0; p < same->patched->pieces->n; p++) {
		uint32_t owner = info[p].change == CHANGE_CHANGED ? find_label_owner(same, p) : PIECE_NONE;

		if (owner != PIECE_NONE && info[owner].change == CHANGE_SAME)
			change_make(&info[owner], DIFF_LABELS, 0);
	}
}

static void mark_labels(const struct same *same, struct change_info *info)
{
	for (uint32_t p = 0; p < same->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(same->patched, p);
		const struct ref *refs;
		uint32_t n = side_refs(same->patched, piece, &refs);

		if (piece->kind != PIECE_DATA || piece->class != SEC_DATA || same->corr->to_orig[p] == PIECE_NONE)
			continue;
		for (uint32_t i = 0; i < n && info[p].labels == LABELS_NONE; i++)
			if (side_is_label(same->patched, &refs[i]) &&
			    info[side_piece(same->patched, refs[i].piece)->root].change == CHANGE_CHANGED)
				info[p].labels = find_label_owner(same, p) != PIECE_NONE ? LABELS_OWN : LABELS_OLD;
	}
}

/* Guesses about a function that is patched anyway keep nothing from the kernel. */
static void warn_of_guesses(const struct same *same, const struct change_info *info, struct diag *diag)
{
	const struct line_guess *guesses;
	uint32_t n = lines_guesses(same->lines, &guesses);

	for (uint32_t i = 0; i < n; i++) {
		const struct piece *piece = side_piece(same->patched, guesses[i].owner);

		if (info[piece->root].change == CHANGE_SAME)
			lines_warn(same->lines, &guesses[i], piece->name, diag);
	}
}

/* Before anything follows from them. */
static void leave_out(const struct author *author, const struct side *patched, struct change_info *info)
{
	for (uint32_t p = 0; p < patched->pieces->n; p++)
		if ((info[p].change == CHANGE_CHANGED || info[p].gap_differs) &&
		    author_ignores_piece(author, patched, p))
			info[p] = (struct change_info){.change = CHANGE_SAME, .why = info[p].why, .left_out = true};
}

int changes_new(const struct side *orig, const struct side *patched, const struct corr *corr,
		const struct author *author, struct changes **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct changes *changes = arena_alloc(arena, sizeof(*changes));
	const struct same same = {orig, patched, corr, lines_new(orig, patched)};
	uint32_t n = patched->pieces->n;

	changes->arena = arena;
	changes->v = arena_array(arena, struct change_info, n);
	for (uint32_t p = 0; p < n; p++) {
		lines_begin(same.lines, p);
		changes->v[p] = same_compare(&same, p);
	}
	leave_out(author, patched, changes->v);
	change_owners(&same, changes->v);
	for (uint32_t p = 0; p < n; p++) {
		uint32_t root = side_piece(patched, p)->root;

		if (root != p && changes->v[p].change != CHANGE_SAME && changes->v[root].change == CHANGE_SAME)
			change_make(&changes->v[root], DIFF_PART, 0);
	}
	constants_copy(orig, patched, corr, changes->v);
	untraced_copy(orig, patched, corr, changes->v);
	mark_labels(&same, changes->v);
	warn_of_guesses(&same, changes->v, diag);
	lines_free(same.lines);
	*result = changes;
	return 0;
}

void changes_free(struct changes *changes)
{
	if (changes)
		arena_free(changes->arena);
}
