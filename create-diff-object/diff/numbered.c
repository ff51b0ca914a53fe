// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairing what the compiler numbers: clones of functions ("foo.constprop.1") and static locals ("count.3"; with clang
 * "f.count" and "f.count.1"); and variables whose names a macro makes of a counter ("__UNIQUE_ID_state_77").
 *
 * One more of a name in the source, and the numbers of the others move, so they tell nothing. Who uses it does: the
 * count that f() uses is f()'s. A function that has no partner (the patch added it, or the compiler no longer inlines
 * it, or does now) stands for those who call it, so that a helper's variable is found whether the helper was inlined or
 * not.
 *
 * Of several that have one user, as many as before, each is what it was by its order, if all that is known of them
 * agrees (diff/ordered.c) and each starts with the bytes of its pair. Where there are more or fewer, the one with the
 * same size and the same initial bytes is taken, if there is just one and no other one is used more alike. Debug
 * information then says if the source declares them in other places (diff/declared.c).
 *
 * A wrong pair of functions is harmless: every caller in this object is compared by the same map, so a caller of the
 * other one differs, is included, and calls its own new copy. A wrong pair of data is not: the new code would use the
 * wrong variable of the running kernel. So what leaves two answers is marked, for diff/use-rules.c to refuse it if it
 * matters.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/declared.h"
#include "diff/ordered.h"
#include "diff/pairing.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/strmap.h"
#include "util/vec.h"

typedef VEC(uint32_t) id_vec;

/* What is known of one side. */
struct half {
	const struct side *side;
	const uint32_t *partner; /* by piece: of the other side, PIECE_NONE: none */
	id_vec *users;           /* by piece: functions (their roots) and data that refer to it */
	uint32_t *group;         /* by piece: group of its name, STRMAP_NONE: not numbered */
	uint32_t *order, n;      /* the numbered pieces, by pairing_order() */
	uint32_t *rank;          /* by numbered piece: its index there */
	id_vec *effective;       /* by numbered piece without partner: users that have one; made anew each round */
	id_vec *used;            /* by piece with a partner: whom it is such a user of; made anew each round */
	id_vec *members;         /* by group */
	uint32_t *first_free;    /* by group: members before it have a partner */
	uint32_t *seen, mark;    /* by piece: the last search that came by */
	struct ordered_users *ordered_users; /* by piece: users again; NULL: not made */
};

struct context {
	struct pairing *pairing;
	enum piece_kind kind;
	struct half orig, patched;
	uint32_t ngroups;
};

static bool is_candidate(const struct side *side, uint32_t id, enum piece_kind kind)
{
	const struct piece *piece = side_piece(side, id);

	return piece->kind == kind && piece->root == id &&
	       ((pairing_is_numbered(side, id) && !piece->anonymous) || pairing_is_counted(side, id));
}

static bool is_free(const struct half *half, uint32_t id)
{
	return half->group[id] != STRMAP_NONE && half->partner[id] == PIECE_NONE;
}

static void add_user(struct half *half, uint32_t user, const struct ref *ref)
{
	const struct side *side = half->side;
	id_vec *users;

	if (ref->piece == PIECE_NONE || side_piece(side, ref->piece)->kind == PIECE_ANON)
		return;
	users = &half->users[side_piece(side, ref->piece)->root];
	if (side_piece(side, ref->piece)->root != user && (!users->n || users->v[users->n - 1] != user))
		vec_add(users, user);
}

/* A static key may be named by the jump label of its function alone. */
static void find_users(struct half *half)
{
	for (uint32_t id = 0; id < half->side->pieces->n; id++) {
		struct side_walk walk = side_walk_piece(half->side, id);
		struct side_part part;

		while (side_walk_next(&walk, &part))
			for (uint32_t i = 0; i < part.n; i++)
				add_user(half, side_piece(half->side, id)->root, &part.refs[i]);
	}
}

/* The name without its numbers: equal for what the source calls by one name and the compiler derives in one way. */
static char *bare_name(struct arena *arena, const char *name)
{
	char *bare = arena_strdup(arena, name), *to = bare;

	bool is_counted = is_counted_name(name);

	for (const char *from = name; *from; from++)
		if (from == name || *from < '0' || *from > '9' || (to[-1] != '.' && !is_counted))
			*to++ = *from;
	/* The first of clang has no number: `f.count`, `f.count.1` */
	if (to > bare && to[-1] == '.')
		to--;
	*to = '\0';
	return bare;
}

static void half_init(struct context *ctx, struct half *half, const struct side *side, const uint32_t *order,
		      const uint32_t *partner, struct strmap *groups)
{
	struct arena *arena = ctx->pairing->arena;
	uint32_t n = side->pieces->n;

	half->side = side;
	half->partner = partner;
	half->users = arena_array(arena, id_vec, n);
	half->group = arena_array(arena, uint32_t, n);
	half->effective = arena_array(arena, id_vec, n);
	half->used = arena_array(arena, id_vec, n);
	half->seen = arena_array(arena, uint32_t, n);
	half->order = arena_array(arena, uint32_t, n);
	half->rank = arena_array(arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = order[i];

		half->group[id] = STRMAP_NONE;
		if (!is_candidate(side, id, ctx->kind))
			continue;
		half->rank[id] = half->n;
		half->order[half->n++] = id;
		half->group[id] = strmap_add(groups, bare_name(arena, side_piece(side, id)->name), ctx->ngroups);
		if (half->group[id] == STRMAP_NONE)
			half->group[id] = ctx->ngroups++;
	}
	find_users(half);
}

static void half_find_members(struct context *ctx, struct half *half)
{
	half->members = arena_array(ctx->pairing->arena, id_vec, ctx->ngroups);
	half->first_free = arena_array(ctx->pairing->arena, uint32_t, ctx->ngroups);
	for (uint32_t i = 0; i < half->n; i++)
		vec_add(&half->members[half->group[half->order[i]]], half->order[i]);
}

static void half_free(struct half *half, uint32_t ngroups)
{
	for (uint32_t id = 0; id < half->side->pieces->n; id++) {
		vec_free(&half->users[id]);
		vec_free(&half->effective[id]);
		vec_free(&half->used[id]);
	}
	for (uint32_t group = 0; group < ngroups; group++)
		vec_free(&half->members[group]);
}

/* The users of id that have a partner; one that has none is replaced by its own users. */
static void find_effective(struct half *half, uint32_t id)
{
	id_vec queue = {0};

	half->mark++;
	vec_add(&queue, id);
	half->effective[id].n = 0;
	while (queue.n) {
		const id_vec *users = &half->users[queue.v[--queue.n]];

		for (uint32_t i = 0; i < users->n; i++) {
			uint32_t user = users->v[i];

			if (half->seen[user] == half->mark)
				continue;
			half->seen[user] = half->mark;
			if (half->partner[user] == PIECE_NONE) {
				vec_add(&queue, user);
				continue;
			}
			vec_add(&half->effective[id], user);
			vec_add(&half->used[user], id);
		}
	}
	vec_free(&queue);
}

static void half_start_round(struct half *half)
{
	for (uint32_t id = 0; id < half->side->pieces->n; id++)
		half->used[id].n = 0;
	for (uint32_t i = 0; i < half->n; i++)
		if (is_free(half, half->order[i]))
			find_effective(half, half->order[i]);
}

/* First and last are those of the order of names. */
struct candidates {
	uint32_t count, first, last;                /* free members of the other side's group with a user in common */
	uint32_t same_count, first_same, last_same; /* of these, those with the same initial contents */
};

static void take_ends(const struct half *half, uint32_t id, uint32_t *count, uint32_t *first, uint32_t *last)
{
	if (!*count || half->rank[id] < half->rank[*first])
		*first = id;
	if (!*count || half->rank[id] > half->rank[*last])
		*last = id;
	++*count;
}

static void add_candidate(struct candidates *c, const struct half *half, uint32_t id, bool same)
{
	take_ends(half, id, &c->count, &c->first, &c->last);
	if (same)
		take_ends(half, id, &c->same_count, &c->first_same, &c->last_same);
}

static struct candidates find_candidates(const struct context *ctx, const struct half *here, struct half *there,
					 uint32_t id)
{
	struct candidates result = {0};

	there->mark++;
	for (uint32_t i = 0; i < here->effective[id].n; i++) {
		const id_vec *used = &there->used[here->partner[here->effective[id].v[i]]];

		for (uint32_t k = 0; k < used->n; k++) {
			uint32_t c = used->v[k];
			uint32_t o = here == &ctx->orig ? id : c, p = here == &ctx->orig ? c : id;

			if (there->seen[c] == there->mark || !is_free(there, c) || there->group[c] != here->group[id])
				continue;
			there->seen[c] = there->mark;
			if (pairing_is_same_sort(ctx->pairing, o, p))
				add_candidate(&result, there, c, pairing_is_same_start(ctx->pairing, o, p));
		}
	}
	return result;
}

static uint32_t sure_one(const struct candidates *c, bool by_start)
{
	if (c->count == 1)
		return c->first;
	return by_start && c->same_count == 1 ? c->first_same : PIECE_NONE;
}

/* Adds the free ones of the other side that have a user in common with id. */
static void add_related(const struct context *ctx, const struct half *here, struct half *there, uint32_t id,
			id_vec *found)
{
	there->mark++;
	for (uint32_t i = 0; i < found->n; i++)
		there->seen[found->v[i]] = there->mark;
	for (uint32_t i = 0; i < here->effective[id].n; i++) {
		const id_vec *used = &there->used[here->partner[here->effective[id].v[i]]];

		for (uint32_t k = 0; k < used->n; k++) {
			uint32_t c = used->v[k];
			bool is_orig = there == &ctx->orig;

			if (there->seen[c] == there->mark || !is_free(there, c) || there->group[c] != here->group[id] ||
			    !pairing_is_same_sort(ctx->pairing, is_orig ? c : id, is_orig ? id : c))
				continue;
			there->seen[c] = there->mark;
			vec_add(found, c);
		}
	}
}

/* All free ones of both sides that are held together by users that they have in common; patched has one of them. */
static void find_related(struct context *ctx, id_vec *orig, id_vec *patched)
{
	for (uint32_t o = 0, p = 0; o < orig->n || p < patched->n;) {
		if (p < patched->n)
			add_related(ctx, &ctx->patched, &ctx->orig, patched->v[p++], orig);
		else
			add_related(ctx, &ctx->orig, &ctx->patched, orig->v[o++], patched);
	}
}

static struct ordered_half ordered_half(struct context *ctx, struct half *half, const id_vec *ids)
{
	struct ordered_half result = {.side = half->side, .ids = ids->v};

	if (!half->ordered_users) {
		uint32_t n = half->side->pieces->n;

		half->ordered_users = arena_array(ctx->pairing->arena, struct ordered_users, n);
		for (uint32_t id = 0; id < n; id++)
			half->ordered_users[id] = (struct ordered_users){half->users[id].v, half->users[id].n};
	}
	result.users = half->ordered_users;
	return result;
}

/* As many as before: the first is the first. Returns whether all of it is sure. */
static bool pair_by_order(struct context *ctx, const id_vec *orig, const id_vec *patched)
{
	struct ordered_half o = ordered_half(ctx, &ctx->orig, orig), p = ordered_half(ctx, &ctx->patched, patched);
	struct corr *corr = ctx->pairing->corr;
	uint32_t n = orig->n;
	bool sure;

	ordered_sort(&o, n);
	ordered_sort(&p, n);
	sure = ordered_agree(ctx->pairing, &o, &p, n);
	for (uint32_t i = 0; i < n && sure; i++)
		sure = pairing_is_same_start(ctx->pairing, o.ids[i], p.ids[i]);
	for (uint32_t i = 0; i < n; i++) {
		pairing_add(ctx->pairing, o.ids[i], p.ids[i], sure ? CORR_USERS : CORR_AMBIGUOUS);
		if (!sure)
			corr->other[p.ids[i]] = o.ids[i ? 0 : 1];
	}
	return sure;
}

static bool pair_ordered(struct context *ctx)
{
	bool found = false;

	half_start_round(&ctx->orig);
	half_start_round(&ctx->patched);
	for (uint32_t i = 0; i < ctx->patched.n; i++) {
		uint32_t id = ctx->patched.order[i];
		id_vec orig = {0}, patched = {0};

		if (!is_free(&ctx->patched, id))
			continue;
		vec_add(&patched, id);
		find_related(ctx, &orig, &patched);
		if (orig.n == patched.n && orig.n > 1)
			found |= pair_by_order(ctx, &orig, &patched);
		vec_free(&orig);
		vec_free(&patched);
	}
	return found;
}

/* Is another of those that could be the patched one, or it, used more like the original one? */
static bool has_better(struct context *ctx, uint32_t o, uint32_t p)
{
	id_vec orig = {0}, patched = {0};
	struct ordered_half o_half, p_half;
	uint32_t index = 0;
	bool better;

	vec_add(&patched, p);
	find_related(ctx, &orig, &patched);
	o_half = ordered_half(ctx, &ctx->orig, &orig);
	p_half = ordered_half(ctx, &ctx->patched, &patched);
	while (patched.v[index] != p)
		index++;
	better = ordered_looks_like_other(ctx->pairing, &o_half, o, &p_half, patched.n, index);
	vec_free(&orig);
	vec_free(&patched);
	return better;
}

/* Pairs what is each other's only answer, or the only one that starts alike; returns whether it found any. */
static bool pair_sure(struct context *ctx, enum corr_rule rule, bool by_start)
{
	bool found = false;

	half_start_round(&ctx->orig);
	half_start_round(&ctx->patched);
	for (uint32_t i = 0; i < ctx->patched.n; i++) {
		struct candidates forth, back;
		uint32_t p = ctx->patched.order[i], o;

		if (!is_free(&ctx->patched, p))
			continue;
		forth = find_candidates(ctx, &ctx->patched, &ctx->orig, p);
		o = sure_one(&forth, by_start);
		if (o == PIECE_NONE)
			continue;
		back = find_candidates(ctx, &ctx->orig, &ctx->patched, o);
		if (sure_one(&back, by_start) != p || (by_start && has_better(ctx, o, p)))
			continue;
		pairing_add(ctx->pairing, o, p, rule);
		found = true;
	}
	return found;
}

/* The free members of a group: stores the first and returns how many, 2 for more. */
static uint32_t count_free(const struct half *half, uint32_t group, uint32_t *first)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < half->members[group].n && count < 2; i++)
		if (is_free(half, half->members[group].v[i]) && !count++)
			*first = half->members[group].v[i];
	return count;
}

/* A free member of id's group that starts alike, PIECE_NONE: none. */
static uint32_t find_alike(const struct context *ctx, struct half *there, uint32_t group, uint32_t patched)
{
	const id_vec *members = &there->members[group];

	while (there->first_free[group] < members->n && !is_free(there, members->v[there->first_free[group]]))
		there->first_free[group]++;
	for (uint32_t i = there->first_free[group]; i < members->n; i++)
		if (is_free(there, members->v[i]) && pairing_is_same_sort(ctx->pairing, members->v[i], patched) &&
		    pairing_is_same_start(ctx->pairing, members->v[i], patched))
			return members->v[i];
	return PIECE_NONE;
}

/*
 * What is left and has candidates is ambiguous. It is still paired, by the compiler's order (GCC numbers in the order
 * of the source), so that unchanged functions compare equal; only included code must not depend on it.
 */
static void pair_doubtful(struct context *ctx)
{
	struct corr *corr = ctx->pairing->corr;

	half_start_round(&ctx->orig);
	half_start_round(&ctx->patched);
	for (uint32_t i = 0; i < ctx->patched.n; i++) {
		uint32_t p = ctx->patched.order[i];
		struct candidates c;

		if (!is_free(&ctx->patched, p))
			continue;
		c = find_candidates(ctx, &ctx->patched, &ctx->orig, p);
		if (!c.count)
			continue;
		pairing_add(ctx->pairing, c.same_count ? c.first_same : c.first, p, CORR_AMBIGUOUS);
		corr->other[p] = c.same_count ? c.last_same : c.last;
		if (corr->other[p] == corr->to_orig[p])
			corr->other[p] = c.last;
	}
	/* No user in common: the function that has it may have got another name, with its variables. */
	for (uint32_t i = 0; i < ctx->patched.n; i++) {
		uint32_t p = ctx->patched.order[i], o;

		if (!is_free(&ctx->patched, p))
			continue;
		o = find_alike(ctx, &ctx->orig, ctx->patched.group[p], p);
		if (o == PIECE_NONE)
			continue;
		pairing_add(ctx->pairing, o, p, CORR_AMBIGUOUS);
		corr->other[p] = o;
	}
}

/* Does one of the functions in users refer to id, directly or through others? All of this side. */
static bool is_reached(struct half *half, uint32_t id, const id_vec *users)
{
	id_vec queue = {0};
	bool found = false;

	half->mark++;
	vec_add(&queue, id);
	while (queue.n && !found) {
		uint32_t at = queue.v[--queue.n];

		for (uint32_t i = 0; i < users->n; i++)
			found |= users->v[i] == at;
		for (uint32_t i = 0; i < half->users[at].n; i++) {
			if (half->seen[half->users[at].v[i]] == half->mark)
				continue;
			half->seen[half->users[at].v[i]] = half->mark;
			vec_add(&queue, half->users[at].v[i]);
		}
	}
	vec_free(&queue);
	return found;
}

/*
 * A static local that lost its users is left over: where its function could be inlined, one of its name may have taken
 * over its work. Then that pair is not sure.
 */
static void doubt_pairs_of_leftovers(struct context *ctx)
{
	struct corr *corr = ctx->pairing->corr;

	for (uint32_t k = 0; k < ctx->orig.n; k++) {
		uint32_t o = ctx->orig.order[k];
		const id_vec *members;

		if (!is_free(&ctx->orig, o))
			continue;
		members = &ctx->patched.members[ctx->orig.group[o]];
		for (uint32_t i = 0; i < members->n; i++) {
			uint32_t p = members->v[i];

			if (corr->rule[p] != CORR_USERS || !pairing_is_same_start(ctx->pairing, o, p) ||
			    !is_reached(&ctx->orig, o, &ctx->orig.users[corr->to_orig[p]]))
				continue;
			corr->rule[p] = CORR_AMBIGUOUS;
			corr->other[p] = o;
		}
	}
}

static void context_init(struct context *ctx, struct pairing *pairing, enum piece_kind kind)
{
	struct strmap groups = {0};

	*ctx = (struct context){.pairing = pairing, .kind = kind};
	half_init(ctx, &ctx->orig, pairing->orig, pairing->orig_order, pairing->corr->to_patched, &groups);
	half_init(ctx, &ctx->patched, pairing->patched, pairing->patched_order, pairing->corr->to_orig, &groups);
	strmap_free(&groups);
	half_find_members(ctx, &ctx->orig);
	half_find_members(ctx, &ctx->patched);
}

static void context_end(struct context *ctx)
{
	half_free(&ctx->orig, ctx->ngroups);
	half_free(&ctx->patched, ctx->ngroups);
}

/* The only static local of that name that a function has on both sides, where the name tells the function. */
static void pair_only_ones(struct context *ctx)
{
	for (uint32_t group = 0; group < ctx->ngroups; group++) {
		const id_vec *orig = &ctx->orig.members[group], *patched = &ctx->patched.members[group];

		if (orig->n == 1 && patched->n == 1 &&
		    sym_name_parse(side_piece(ctx->orig.side, orig->v[0])->name).has_owner &&
		    is_free(&ctx->orig, orig->v[0]) && is_free(&ctx->patched, patched->v[0]) &&
		    pairing_is_same_sort(ctx->pairing, orig->v[0], patched->v[0]))
			pairing_add(ctx->pairing, orig->v[0], patched->v[0], CORR_NAME);
	}
}

/* The last of a group on both sides: whoever calls it now. */
static void pair_last_clones(struct context *ctx)
{
	for (uint32_t group = 0; group < ctx->ngroups; group++) {
		uint32_t o, p;

		if (count_free(&ctx->orig, group, &o) == 1 && count_free(&ctx->patched, group, &p) == 1 &&
		    pairing_is_same_sort(ctx->pairing, o, p))
			pairing_add(ctx->pairing, o, p, CORR_CLONE);
	}
}

void numbered_pair_clones(struct pairing *pairing)
{
	struct context ctx;

	context_init(&ctx, pairing, PIECE_FUNC);
	/* A clone may be called by another. */
	while (pair_sure(&ctx, CORR_CLONE, false))
		;
	for (uint32_t i = 0; i < ctx.patched.n; i++) {
		uint32_t p = ctx.patched.order[i], o;

		if (!is_free(&ctx.patched, p))
			continue;
		o = pairing_find_free(pairing, side_piece(pairing->patched, p)->name, p);
		if (o != PIECE_NONE && ctx.orig.group[o] == ctx.patched.group[p])
			pairing_add(pairing, o, p, CORR_CLONE);
	}
	pair_last_clones(&ctx);
	context_end(&ctx);
}

void numbered_pair_statics(struct pairing *pairing)
{
	struct context ctx;

	context_init(&ctx, pairing, PIECE_DATA);
	pair_only_ones(&ctx);
	/* Each pair may make another sure: a variable used by a variable, one of two candidates gone. */
	while (pair_sure(&ctx, CORR_USERS, false) || pair_ordered(&ctx) || pair_sure(&ctx, CORR_USERS, true))
		;
	pair_doubtful(&ctx);
	doubt_pairs_of_leftovers(&ctx);
	context_end(&ctx);
	declared_doubt_pairs(pairing);
}
