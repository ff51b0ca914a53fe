// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairing the pieces of both objects.
 *
 * Names that the source gives are sure. What the compiler numbers is paired by its users (diff/numbered.c), and the
 * .cold part of a function with that of its partner.
 */
#include "diff/correlate.h"

#include <stdlib.h>
#include <string.h>

#include "diff/descriptors.h"
#include "diff/pairing.h"
#include "util/arena.h"
#include "util/diag.h"

static bool is_id(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->kind == PIECE_DATA && is_btf_id(piece->name, side_section(side, piece)->name);
}

/*
 * Identifiers of BTF: the lists of an object stand one behind the other in a section, and code refers to an identifier
 * by its place in a list. So the one at the same place is the same, if it is that of the same thing.
 */
static void pair_btf_ids(struct pairing *pairing)
{
	const struct pieces *orig = pairing->orig->pieces;

	for (uint32_t p = 0; p < pairing->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(pairing->patched, p);
		uint32_t sec, o;

		if (!is_id(pairing->patched, p))
			continue;
		sec = elf_obj_find_same_section(pairing->orig->obj, pairing->patched->obj, piece->sec);
		o = sec && orig->first_of_sec[sec] != PIECE_NONE ? pieces_find(orig, sec, piece->entry) : PIECE_NONE;
		if (o != PIECE_NONE && is_id(pairing->orig, o) && orig->v[o].entry == piece->entry &&
		    orig->v[o].end == piece->end && is_same_btf_id(orig->v[o].name, piece->name))
			pairing_add(pairing, o, p, CORR_PLACE);
	}
}

static bool is_paired_by_name(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->sym && !piece->anonymous && !is_id(side, id) && !pairing_is_numbered(side, id) &&
	       piece->root == id;
}

/*
 * How sure it is that a name means the same. Of two that GCC had merged into one, which has both names, one is what
 * that was.
 */
enum name_round { SAME_START, MAIN_NAME, ANY_NAME, NAME_ROUNDS };

static void pair_names_of_round(struct pairing *pairing, enum name_round round)
{
	for (uint32_t i = 0; i < pairing->patched->pieces->n; i++) {
		uint32_t p = pairing->patched_order[i], o;
		const char *name = side_piece(pairing->patched, p)->name;

		if (pairing_has_pair(pairing, p) || !is_paired_by_name(pairing->patched, p))
			continue;
		o = pairing_find_free(pairing, name, p);
		if (o == PIECE_NONE || (round == SAME_START && !pairing_is_same_start(pairing, o, p)) ||
		    (round == MAIN_NAME && strcmp(side_piece(pairing->orig, o)->name, name) != 0))
			continue;
		pairing_add(pairing, o, p, CORR_NAME);
	}
}

static void pair_names(struct pairing *pairing)
{
	for (enum name_round round = SAME_START; round < NAME_ROUNDS; round++)
		pair_names_of_round(pairing, round);
}

/* The only one without a pair that has the same name but for the hash of its file; PIECE_NONE: none, or several. */
static uint32_t find_promoted(const struct side *side, const uint32_t *to, const char *name)
{
	size_t len = promoted_name_length(name);
	uint32_t found = PIECE_NONE;

	for (uint32_t i = 0; i < side->pieces->n; i++) {
		const struct piece *piece = side_piece(side, i);

		if (to[i] != PIECE_NONE || !piece->sym || promoted_name_length(piece->name) != len ||
		    memcmp(piece->name, name, len) != 0)
			continue;
		if (found != PIECE_NONE)
			return PIECE_NONE;
		found = i;
	}
	return found;
}

/*
 * ThinLTO makes static functions and variables global for other files, under a name with a hash of their file, which a
 * patch changes: helper.llvm.1234.
 */
static void pair_promoted(struct pairing *pairing)
{
	for (uint32_t p = 0; p < pairing->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(pairing->patched, p);
		uint32_t o;

		if (!piece->sym || pairing_has_pair(pairing, p) || !promoted_name_length(piece->name))
			continue;
		o = find_promoted(pairing->orig, pairing->corr->to_patched, piece->name);
		if (o != PIECE_NONE && pairing_is_same_sort(pairing, o, p) &&
		    find_promoted(pairing->patched, pairing->corr->to_orig, piece->name) == p)
			pairing_add(pairing, o, p, CORR_NAME);
	}
}

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct elf_obj *obj = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strverscmp(obj->syms[x].name, obj->syms[y].name);

	return order ? order : x < y ? -1 : x > y;
}

/* A piece whose main name is new, because a patch gave it an alias, still has its old name. */
static void pair_aliases(struct pairing *pairing)
{
	const struct elf_obj *orig = pairing->orig->obj, *patched = pairing->patched->obj;
	uint32_t *found = arena_array(pairing->arena, uint32_t, patched->nsyms), n = 0;

	for (uint32_t i = 1; i < patched->nsyms; i++) {
		const struct elf_sym *sym = &patched->syms[i];
		uint32_t p = pairing->patched->pieces->of_sym[i];

		if (p != PIECE_NONE && !pairing_has_pair(pairing, p) && !pairing_is_numbered(pairing->patched, p) &&
		    !elf_sym_is_section(sym) && *sym->name && !is_prefix_symbol(sym->name) &&
		    !side_piece(pairing->patched, p)->anonymous && !sym_name_parse(sym->name).has_number &&
		    !sym_name_parse(sym->name).is_cold && sym->value == side_piece(pairing->patched, p)->entry)
			found[n++] = i;
	}
	if (n)
		qsort_r(found, n, sizeof(*found), compare_names, (void *)(uintptr_t)patched);
	for (uint32_t i = 0; i < n; i++) {
		const struct elf_sym *sym = &patched->syms[found[i]];
		uint32_t p = pairing->patched->pieces->of_sym[found[i]], o;

		if (pairing_has_pair(pairing, p))
			continue;
		o = pairing_find_free(pairing, sym->name, p);
		if (o != PIECE_NONE &&
		    orig->syms[elf_obj_find_symbol(orig, sym->name)].value == side_piece(pairing->orig, o)->entry)
			pairing_add(pairing, o, p, CORR_NAME);
	}
}

/*
 * What no symbol names in sections of __init code (`.initcall5.init`, `__param`), in tables, in text (inline assembly
 * at file scope) and in sections that are not known is paired by its section, so that a change of it is noticed. Other
 * nameless data is compared through what refers to it.
 */
static void pair_nameless(struct pairing *pairing)
{
	for (uint32_t p = 0; p < pairing->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(pairing->patched, p);
		uint32_t sec, o;

		if (piece->kind != PIECE_ANON || (piece->class != SEC_INIT && piece->class != SEC_TABLE &&
						  piece->class != SEC_TEXT && piece->class != SEC_UNKNOWN))
			continue;
		sec = elf_obj_find_same_section(pairing->orig->obj, pairing->patched->obj, piece->sec);
		o = sec ? pairing->orig->pieces->first_of_sec[sec] : PIECE_NONE;
		if (o != PIECE_NONE && pairing->corr->to_patched[o] == PIECE_NONE &&
		    pairing_is_same_sort(pairing, o, p))
			pairing_add(pairing, o, p, CORR_NAME);
	}
}

static void pair_cold_parts(struct pairing *pairing)
{
	const struct pieces *orig = pairing->orig->pieces, *patched = pairing->patched->pieces;

	for (uint32_t p = 0; p < patched->n; p++) {
		uint32_t root = pairing->corr->to_orig[patched->v[p].root];

		if (patched->v[p].root != p && root != PIECE_NONE && orig->v[root].part != PIECE_NONE)
			pairing_add(pairing, orig->v[root].part, p, CORR_ROOT);
	}
}

/* The map is one-to-one both ways and pairs like with like. */
static int corr_check(const struct pairing *pairing, struct diag *diag)
{
	const struct corr *corr = pairing->corr;

	for (uint32_t p = 0; p < pairing->patched->pieces->n; p++) {
		uint32_t o = corr->to_orig[p];

		if (o == PIECE_NONE)
			continue;
		if (corr->to_patched[o] != p ||
		    side_piece(pairing->orig, o)->kind != side_piece(pairing->patched, p)->kind)
			return diag_error(diag, pairing->patched->obj->path, side_piece(pairing->patched, p)->name,
					  "internal error: paired with %s, which is not its pair",
					  side_piece(pairing->orig, o)->name);
	}
	return 0;
}

int corr_new(const struct side *orig, const struct side *patched, struct corr **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct corr *corr = arena_alloc(arena, sizeof(*corr));
	struct pairing pairing = {.orig = orig, .patched = patched, .corr = corr, .arena = arena_new()};
	int err;

	pairing.orig_order = pairing_order(orig, pairing.arena);
	pairing.patched_order = pairing_order(patched, pairing.arena);
	corr->arena = arena;
	corr->to_patched = arena_array(arena, uint32_t, orig->pieces->n);
	corr->to_orig = arena_array(arena, uint32_t, patched->pieces->n);
	corr->rule = arena_array(arena, enum corr_rule, patched->pieces->n);
	corr->other = arena_array(arena, uint32_t, patched->pieces->n);
	for (uint32_t i = 0; i < orig->pieces->n; i++)
		corr->to_patched[i] = PIECE_NONE;
	for (uint32_t i = 0; i < patched->pieces->n; i++)
		corr->to_orig[i] = corr->other[i] = PIECE_NONE;
	pair_btf_ids(&pairing);
	pair_names(&pairing);
	pair_promoted(&pairing);
	pair_aliases(&pairing);
	pair_nameless(&pairing);
	numbered_pair_clones(&pairing);
	pair_cold_parts(&pairing);
	descriptors_pair(orig, patched, corr);
	numbered_pair_statics(&pairing);
	err = corr_check(&pairing, diag);
	arena_free(pairing.arena);
	if (err)
		corr_free(corr);
	else
		*result = corr;
	return err;
}

void corr_free(struct corr *corr)
{
	if (corr)
		arena_free(corr->arena);
}
