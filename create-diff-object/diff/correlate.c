// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairing the pieces of both objects.
 *
 * Names that the source gives are sure. Names that the compiler makes are not: inserting a static local renumbers
 * all that follow (`count.0` becomes `count.1`), and clones are numbered in the order in which GCC made them.
 *
 * A wrong pair of functions is harmless: every caller in this object is compared by the same map, so a caller of the
 * other one differs, is included, and calls its own new copy. A wrong pair of data is not: the new code would use the
 * wrong variable of the running kernel. So static locals are paired by who uses them, and where that leaves two answers
 * the pair is marked, for diff/gate.c to refuse it if it matters.
 */
#include "diff/correlate.h"

#include <string.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

struct context {
	const struct side *orig, *patched;
	struct corr *corr;
	struct arena *arena; /* scratch */
};

static void pair(struct context *ctx, uint32_t orig, uint32_t patched, enum corr_rule rule)
{
	ctx->corr->to_patched[orig] = patched;
	ctx->corr->to_orig[patched] = orig;
	ctx->corr->rule[patched] = rule;
}

static bool is_paired(const struct context *ctx, uint32_t patched)
{
	return ctx->corr->to_orig[patched] != PIECE_NONE;
}

/* Could the two be one thing at all? */
static bool is_same_sort(const struct context *ctx, uint32_t orig, uint32_t patched)
{
	const struct piece *o = side_piece(ctx->orig, orig), *p = side_piece(ctx->patched, patched);

	/* What was start-up code or data is gone; without its __init it is a new thing. */
	return o->kind == p->kind && (o->class == SEC_INIT) == (p->class == SEC_INIT);
}

/* The original piece that has this name, if it has no partner yet and may be the patched piece's; else PIECE_NONE. */
static uint32_t find_free(const struct context *ctx, const char *name, uint32_t patched)
{
	uint32_t sym = elf_obj_find_symbol(ctx->orig->obj, name);
	uint32_t orig = sym ? ctx->orig->pieces->of_sym[sym] : PIECE_NONE;

	if (orig == PIECE_NONE || ctx->corr->to_patched[orig] != PIECE_NONE || !is_same_sort(ctx, orig, patched))
		return PIECE_NONE;
	return orig;
}

/* A static local, or a clone: the compiler numbers its name. */
static bool is_numbered(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->sym && elf_sym_is_local(&side->obj->syms[piece->sym]) && sym_name_parse(piece->name).has_number;
}

static void pair_names(struct context *ctx)
{
	for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(ctx->patched, p);
		uint32_t o;

		if (!piece->sym || side_is_anonymous(ctx->patched, piece) || is_numbered(ctx->patched, p) ||
		    piece->root != p)
			continue;
		o = find_free(ctx, piece->name, p);
		if (o != PIECE_NONE)
			pair(ctx, o, p, CORR_NAME);
	}
}

/* A piece whose main name is new, because a patch gave it an alias, still has its old name. */
static void pair_aliases(struct context *ctx)
{
	const struct elf_obj *orig = ctx->orig->obj, *patched = ctx->patched->obj;

	for (uint32_t i = 1; i < patched->nsyms; i++) {
		const struct elf_sym *sym = &patched->syms[i];
		uint32_t p = ctx->patched->pieces->of_sym[i], o;

		if (p == PIECE_NONE || is_paired(ctx, p) || elf_sym_is_section(sym) || !*sym->name ||
		    is_prefix_symbol(sym->name) || side_is_anonymous(ctx->patched, side_piece(ctx->patched, p)) ||
		    sym_name_parse(sym->name).has_number || sym_name_parse(sym->name).is_cold ||
		    sym->value != side_piece(ctx->patched, p)->entry)
			continue;
		o = find_free(ctx, sym->name, p);
		if (o != PIECE_NONE &&
		    orig->syms[elf_obj_find_symbol(orig, sym->name)].value == side_piece(ctx->orig, o)->entry)
			pair(ctx, o, p, CORR_NAME);
	}
}

/*
 * What no symbol names in sections of start-up code (`.initcall5.init`, `__param`), in tables and in text (inline
 * assembly at file scope) is paired by its section, so that a change of it is noticed. Other nameless data is compared
 * through what refers to it.
 */
static void pair_nameless(struct context *ctx)
{
	for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
		const struct piece *piece = side_piece(ctx->patched, p);
		uint32_t sec, o;

		if (piece->kind != PIECE_ANON ||
		    (piece->class != SEC_INIT && piece->class != SEC_TABLE && piece->class != SEC_TEXT))
			continue;
		sec = elf_obj_find_section_index(ctx->orig->obj, side_section(ctx->patched, piece)->name);
		o = sec ? ctx->orig->pieces->first_of_sec[sec] : PIECE_NONE;
		if (o != PIECE_NONE && ctx->corr->to_patched[o] == PIECE_NONE && is_same_sort(ctx, o, p))
			pair(ctx, o, p, CORR_NAME);
	}
}

/* Clones: the same name if it is on both sides, else the only one that is left of that base. */
static void pair_clones(struct context *ctx)
{
	const struct pieces *orig = ctx->orig->pieces, *patched = ctx->patched->pieces;

	for (uint32_t p = 0; p < patched->n; p++) {
		const struct piece *piece = &patched->v[p];
		uint32_t o;

		if (piece->kind != PIECE_FUNC || piece->root != p || is_paired(ctx, p) || !is_numbered(ctx->patched, p))
			continue;
		o = find_free(ctx, piece->name, p);
		if (o != PIECE_NONE)
			pair(ctx, o, p, CORR_CLONE);
	}
	for (uint32_t p = 0; p < patched->n; p++) {
		uint32_t found = PIECE_NONE, count = 0;

		if (patched->v[p].kind != PIECE_FUNC || patched->v[p].root != p || is_paired(ctx, p) ||
		    !is_numbered(ctx->patched, p))
			continue;
		for (uint32_t o = 0; o < orig->n; o++) {
			if (orig->v[o].kind != PIECE_FUNC || orig->v[o].root != o ||
			    ctx->corr->to_patched[o] != PIECE_NONE ||
			    !sym_name_same_base(orig->v[o].name, patched->v[p].name))
				continue;
			found = o;
			count++;
		}
		if (count == 1)
			pair(ctx, found, p, CORR_CLONE);
	}
}

static void pair_unlikely_parts(struct context *ctx)
{
	const struct pieces *orig = ctx->orig->pieces, *patched = ctx->patched->pieces;

	for (uint32_t p = 0; p < patched->n; p++) {
		uint32_t root = ctx->corr->to_orig[patched->v[p].root];

		if (patched->v[p].root != p && root != PIECE_NONE && orig->v[root].part != PIECE_NONE)
			pair(ctx, orig->v[root].part, p, CORR_ROOT);
	}
}

/* Who refers to a datum: function roots and data, each once per reference. */
typedef VEC(uint32_t) id_vec;

static id_vec *find_users(const struct side *side, struct arena *arena)
{
	id_vec *users = arena_array(arena, id_vec, side->pieces->n);

	for (uint32_t id = 0; id < side->pieces->n; id++) {
		const struct piece *piece = side_piece(side, id);
		const struct ref *refs;
		uint32_t n = side_refs(side, piece, &refs);

		for (uint32_t i = 0; i < n; i++) {
			uint32_t used = refs[i].piece;

			if (used == PIECE_NONE || side_piece(side, used)->kind != PIECE_DATA || used == id)
				continue;
			if (!users[used].n || users[used].v[users[used].n - 1] != piece->root)
				vec_add(&users[used], piece->root);
		}
	}
	return users;
}

static bool share_user(const struct context *ctx, const id_vec *orig_users, const id_vec *patched_users)
{
	for (uint32_t i = 0; i < patched_users->n; i++) {
		uint32_t o = ctx->corr->to_orig[patched_users->v[i]];

		for (uint32_t k = 0; o != PIECE_NONE && k < orig_users->n; k++)
			if (orig_users->v[k] == o)
				return true;
	}
	return false;
}

static bool is_static_local(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->kind == PIECE_DATA && !side_is_anonymous(side, piece) && is_numbered(side, id);
}

struct candidates {
	uint32_t count, first, last;
};

/* The unpaired static locals of the other side with this one's name; with a user in common if want_user. */
static struct candidates find_candidates(const struct context *ctx, uint32_t id, bool from_patched, bool want_user,
					 const id_vec *orig_users, const id_vec *patched_users)
{
	const struct side *here = from_patched ? ctx->patched : ctx->orig;
	const struct side *there = from_patched ? ctx->orig : ctx->patched;
	const uint32_t *taken = from_patched ? ctx->corr->to_patched : ctx->corr->to_orig;
	struct candidates result = {0, PIECE_NONE, PIECE_NONE};

	for (uint32_t c = 0; c < there->pieces->n; c++) {
		uint32_t o = from_patched ? c : id, p = from_patched ? id : c;

		if (taken[c] != PIECE_NONE || !is_static_local(there, c) ||
		    !sym_name_same_base(side_piece(there, c)->name, side_piece(here, id)->name) ||
		    !is_same_sort(ctx, o, p) || (want_user && !share_user(ctx, &orig_users[o], &patched_users[p])))
			continue;
		if (!result.count++)
			result.first = c;
		result.last = c;
	}
	return result;
}

/* Pairs static locals that are each other's only candidate; returns whether it found any. */
static bool pair_sure_statics(struct context *ctx, const id_vec *orig_users, const id_vec *patched_users)
{
	bool found = false;

	for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
		struct candidates forth, back;

		if (is_paired(ctx, p) || !is_static_local(ctx->patched, p))
			continue;
		forth = find_candidates(ctx, p, true, true, orig_users, patched_users);
		if (forth.count != 1)
			continue;
		back = find_candidates(ctx, forth.first, false, true, orig_users, patched_users);
		if (back.count != 1)
			continue;
		pair(ctx, forth.first, p, CORR_USERS);
		found = true;
	}
	return found;
}

/*
 * A static local that lost its users is left over: one of its name may have taken over its work, under another function.
 * Then no pair of that name is sure.
 */
static void doubt_pairs_of_leftovers(struct context *ctx)
{
	for (uint32_t o = 0; o < ctx->orig->pieces->n; o++) {
		const char *name = side_piece(ctx->orig, o)->name;

		if (ctx->corr->to_patched[o] != PIECE_NONE || !is_static_local(ctx->orig, o))
			continue;
		for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
			if (ctx->corr->rule[p] != CORR_USERS ||
			    !sym_name_same_base(side_piece(ctx->patched, p)->name, name))
				continue;
			ctx->corr->rule[p] = CORR_AMBIGUOUS;
			ctx->corr->other[p] = o;
		}
	}
}

/*
 * What is left and has candidates is ambiguous. It is still paired, by the compiler's order (GCC numbers in the order
 * of the source), so that unchanged functions compare equal; only included code must not depend on it.
 */
static void pair_doubtful_statics(struct context *ctx, const id_vec *orig_users, const id_vec *patched_users)
{
	for (int want_user = 1; want_user >= 0; want_user--) {
		for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
			struct candidates forth;

			if (is_paired(ctx, p) || !is_static_local(ctx->patched, p))
				continue;
			forth = find_candidates(ctx, p, true, want_user, orig_users, patched_users);
			if (!forth.count)
				continue;
			pair(ctx, forth.first, p, CORR_AMBIGUOUS);
			ctx->corr->other[p] = forth.last;
		}
	}
}

static void pair_statics(struct context *ctx)
{
	id_vec *orig_users = find_users(ctx->orig, ctx->arena);
	id_vec *patched_users = find_users(ctx->patched, ctx->arena);

	/* Each pair may make another sure: a datum used by a datum, one of two candidates gone. */
	while (pair_sure_statics(ctx, orig_users, patched_users))
		;
	pair_doubtful_statics(ctx, orig_users, patched_users);
	doubt_pairs_of_leftovers(ctx);
	for (uint32_t i = 0; i < ctx->orig->pieces->n; i++)
		vec_free(&orig_users[i]);
	for (uint32_t i = 0; i < ctx->patched->pieces->n; i++)
		vec_free(&patched_users[i]);
}

/* B3: the map is one-to-one both ways and pairs like with like. */
static int corr_check(const struct context *ctx, struct diag *diag)
{
	const struct corr *corr = ctx->corr;

	for (uint32_t p = 0; p < ctx->patched->pieces->n; p++) {
		uint32_t o = corr->to_orig[p];

		if (o == PIECE_NONE)
			continue;
		if (corr->to_patched[o] != p || side_piece(ctx->orig, o)->kind != side_piece(ctx->patched, p)->kind)
			return diag_error(diag, ctx->patched->obj->path, side_piece(ctx->patched, p)->name,
					  "internal error: paired with %s, which is not its pair",
					  side_piece(ctx->orig, o)->name);
	}
	return 0;
}

int corr_new(const struct side *orig, const struct side *patched, struct corr **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct corr *corr = arena_alloc(arena, sizeof(*corr));
	struct context ctx = {.orig = orig, .patched = patched, .corr = corr, .arena = arena_new()};
	int err;

	corr->arena = arena;
	corr->to_patched = arena_array(arena, uint32_t, orig->pieces->n);
	corr->to_orig = arena_array(arena, uint32_t, patched->pieces->n);
	corr->rule = arena_array(arena, enum corr_rule, patched->pieces->n);
	corr->other = arena_array(arena, uint32_t, patched->pieces->n);
	for (uint32_t i = 0; i < orig->pieces->n; i++)
		corr->to_patched[i] = PIECE_NONE;
	for (uint32_t i = 0; i < patched->pieces->n; i++)
		corr->to_orig[i] = corr->other[i] = PIECE_NONE;
	pair_names(&ctx);
	pair_aliases(&ctx);
	pair_nameless(&ctx);
	pair_clones(&ctx);
	pair_unlikely_parts(&ctx);
	pair_statics(&ctx);
	err = corr_check(&ctx, diag);
	arena_free(ctx.arena);
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
