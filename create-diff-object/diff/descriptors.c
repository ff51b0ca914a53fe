// SPDX-License-Identifier: GPL-2.0-only
/*
 * pr_debug() leaves a static local `__UNIQUE_ID_ddebug623.1` in section __dyndbg: which function and line it is, its
 * format, and the static key by which it is switched on. The compiler numbers them anew in each object. Yet they are
 * known by name to whoever runs the kernel: "module kvm +p" in dynamic_debug/control switches on those of kvm, not
 * copies of them in a livepatch, and what was on before the patch came is to stay on. So a changed function goes on
 * with those that it had.
 *
 * Two are the same if a pair of functions uses them and all that they say is equal, but for the line, which every
 * change above moves. Several equal ones in one function (a macro, a message that is there twice) are paired in their
 * order, if there are as many on both sides. What is left then is compared without looking at who uses it: GCC moves
 * messages into functions of its own (`mtl_power_down_dsp.part.0` of sound/soc/sof/intel/mtl.c), and a descriptor says
 * itself in which function of the source it stands. The others are new, and only `module livepatch_...` switches them.
 */
#include "diff/descriptors.h"

#include "diff/lines.h"
#include "diff/same.h"
#include "util/vec.h"

typedef VEC(uint32_t) id_vec;

struct context {
	const struct side *orig, *patched;
	struct corr *corr;
	struct lines *lines;
};

static bool is_descriptor(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->kind == PIECE_DATA && is_descriptor_section(side_section(side, piece)->name) && piece->anonymous;
}

static void add_once(id_vec *ids, uint32_t id)
{
	uint32_t at = ids->n;

	for (uint32_t i = 0; i < ids->n; i++)
		if (ids->v[i] == id)
			return;
	/* In the order of the object. It is that of the source or its reverse, on both sides the same. */
	vec_add(ids, id);
	for (; at && ids->v[at - 1] > id; at--) {
		ids->v[at] = ids->v[at - 1];
		ids->v[at - 1] = id;
	}
}

/* The descriptors without a partner that a function or its .cold part uses. */
static id_vec find_used(const struct side *side, const uint32_t *partners, uint32_t function)
{
	uint32_t parts[] = {function, side_piece(side, function)->part};
	id_vec ids = {0};

	for (int i = 0; i < 2 && parts[i] != PIECE_NONE; i++) {
		const struct ref *refs;
		uint32_t n = side_refs(side, side_piece(side, parts[i]), &refs);

		for (uint32_t r = 0; r < n; r++)
			if (refs[r].piece != PIECE_NONE && partners[refs[r].piece] == PIECE_NONE &&
			    is_descriptor(side, refs[r].piece))
				add_once(&ids, refs[r].piece);
	}
	return ids;
}

static bool is_same(const struct context *ctx, uint32_t o, uint32_t p, bool with_line)
{
	return descriptors_equal(ctx->orig, o, ctx->patched, p, ctx->corr, ctx->lines, with_line);
}

/* Pairs the equal ones of both lists, if there are as many here as there. */
static void pair_equal(struct context *ctx, const id_vec *orig, const id_vec *patched, bool with_line)
{
	for (uint32_t i = 0; i < patched->n; i++) {
		id_vec here = {0}, there = {0};

		for (uint32_t k = 0; k < orig->n && ctx->corr->to_orig[patched->v[i]] == PIECE_NONE; k++)
			if (ctx->corr->to_patched[orig->v[k]] == PIECE_NONE &&
			    is_same(ctx, orig->v[k], patched->v[i], with_line))
				vec_add(&there, orig->v[k]);
		for (uint32_t k = 0; k < patched->n && there.n; k++)
			if (ctx->corr->to_orig[patched->v[k]] == PIECE_NONE &&
			    is_same(ctx, there.v[0], patched->v[k], with_line))
				vec_add(&here, patched->v[k]);
		for (uint32_t k = 0; k < here.n && here.n == there.n; k++) {
			ctx->corr->to_patched[there.v[k]] = here.v[k];
			ctx->corr->to_orig[here.v[k]] = there.v[k];
			ctx->corr->rule[here.v[k]] = CORR_USERS;
		}
		vec_free(&here);
		vec_free(&there);
	}
}

/* Those of a side that have no partner, in the order of the object. */
static id_vec find_left(const struct side *side, const uint32_t *partners)
{
	id_vec ids = {0};

	for (uint32_t id = 0; id < side->pieces->n; id++)
		if (partners[id] == PIECE_NONE && is_descriptor(side, id))
			vec_add(&ids, id);
	return ids;
}

/* Pairs what is equal with its line first: of two that are equal but for it, one may be new. */
static void pair_lists(struct context *ctx, id_vec orig, id_vec patched)
{
	pair_equal(ctx, &orig, &patched, true);
	pair_equal(ctx, &orig, &patched, false);
	vec_free(&orig);
	vec_free(&patched);
}

void descriptors_pair(const struct side *orig, const struct side *patched, struct corr *corr)
{
	struct context ctx = {orig, patched, corr, lines_new(orig, patched)};

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);
		uint32_t o = corr->to_orig[p];

		if (piece->kind != PIECE_FUNC || piece->root != p || o == PIECE_NONE)
			continue;
		pair_lists(&ctx, find_used(orig, corr->to_patched, o), find_used(patched, corr->to_orig, p));
	}
	pair_lists(&ctx, find_left(orig, corr->to_patched), find_left(patched, corr->to_orig));
	lines_free(ctx.lines);
}
