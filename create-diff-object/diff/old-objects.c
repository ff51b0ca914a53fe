// SPDX-License-Identifier: GPL-2.0-only
/*
 * A structure may change if no object of it can be there before the new code is: a task that is in a function that
 * makes one on its stack goes on with the old code of all functions that changed, and those it hands the object to are
 * among them.
 *
 * That a pointer comes from the stack of a caller is seen by who calls: a callback that gets a `void *`, or finds the
 * object by container_of(), has neither an object of the type nor a parameter that leads to one.
 *
 * Nor may the address of the object get out of sight: what is given to code outside, or written to memory, is anybody's
 * (kfifo_in() copies the bytes, and another function reads them later).
 */
#include "diff/old-objects.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "diff/escape.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/strmap.h"
#include "util/vec.h"

struct address {
	uint64_t address;
	uint32_t piece;
};

typedef VEC(struct address) address_vec;

static int by_address(const void *a, const void *b)
{
	const struct address *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void find_addresses(const struct unit *unit, address_vec *found)
{
	for (uint32_t p = 0; p < unit->side->pieces->n; p++) {
		const struct piece *piece = side_piece(unit->side, p);
		struct address address = {.piece = p};

		if (piece->kind == PIECE_FUNC && piece->class != SEC_INIT &&
		    debug_find_address(unit->debug, piece->sec, piece->entry, &address.address))
			vec_add(found, address);
	}
	if (found->n)
		qsort(found->v, found->n, sizeof(*found->v), by_address);
}

/* pair: of the original, the partner of each of its pieces. */
static bool is_in_livepatch(const struct diff *diff, uint32_t piece, const uint32_t *pair)
{
	if (pair)
		piece = pair[piece];
	return piece != PIECE_NONE && is_included(diff, piece);
}

void unit_find_states(struct unit *unit, const struct diff *diff, const uint32_t *pair, struct arena *arena)
{
	const struct types *types = unit->types;
	struct strmap by_offset = {0};
	address_vec addresses = {0};

	unit->state = arena_array(arena, enum func_state, types->funcs.n);
	unit->piece = arena_array(arena, uint32_t, types->funcs.n);
	unit->origin = arena_array(arena, uint32_t, types->links.n);
	unit->reach = arena_array(arena, enum type_reach, types->nodes.n);
	find_addresses(unit, &addresses);
	for (uint32_t f = 0; f < types->funcs.n; f++) {
		struct address key = {.address = types->funcs.v[f].entry};
		const struct address *found = key.address && addresses.n
						      ? bsearch(&key, addresses.v, addresses.n, sizeof(key), by_address)
						      : NULL;

		strmap_add(&by_offset, arena_printf(arena, "%llx", (unsigned long long)types->funcs.v[f].offset), f);
		unit->piece[f] = found ? found->piece : PIECE_NONE;
		if (found)
			unit->state[f] = is_in_livepatch(diff, found->piece, pair) ? FUNC_INCLUDED : FUNC_RUNNING;
	}
	for (uint32_t i = 0; i < types->links.n; i++) {
		const struct type_link *link = &types->links.v[i];
		uint32_t origin = strmap_get(&by_offset, arena_printf(arena, "%llx", (unsigned long long)link->origin));

		unit->origin[i] = origin == STRMAP_NONE ? TYPE_NONE : origin;
		if (origin != STRMAP_NONE && unit->state[origin] < unit->state[link->func])
			unit->state[origin] = unit->state[link->func];
	}
	strmap_free(&by_offset);
	vec_free(&addresses);
}

enum type_reach reach_of_use(const struct unit *unit, const struct type_use *use)
{
	return use->node == TYPE_NONE ? REACH_NOT : unit->reach[use->node];
}

bool is_harmless_use(const struct unit *unit, const struct type_use *use)
{
	const struct type_func *func = use->func == TYPE_NONE ? NULL : &unit->types->funcs.v[use->func];

	if (!func || use->kind == USE_STATIC || unit->state[use->func] == FUNC_RUNNING)
		return false;
	if (unit->state[use->func] == FUNC_NOWHERE)
		return true;
	if (use->kind == USE_INLINED || (use->kind == USE_LOCAL && reach_of_use(unit, use) == REACH_VALUE))
		return true;
	return func->is_static && (use->kind == USE_PARAM || reach_of_use(unit, use) == REACH_VALUE);
}

/* Does a function have an object of the type on its stack, or get one from its caller? */
static bool *find_havers(const struct unit *unit, struct arena *arena)
{
	const struct types *types = unit->types;
	bool *has = arena_array(arena, bool, types->funcs.n);

	for (uint32_t i = 0; i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];
		enum type_reach reach = reach_of_use(unit, use);

		if (use->func != TYPE_NONE && reach != REACH_NOT &&
		    (use->kind == USE_PARAM || (use->kind == USE_LOCAL && reach == REACH_VALUE)))
			has[use->func] = true;
	}
	return has;
}

/* Is each use of a function a call from one that has an object of the type to give? */
static bool is_only_called_by(const struct unit *unit, uint32_t func, const bool *has, struct arena *arena)
{
	const struct side *side = unit->side;
	bool *may_call = arena_array(arena, bool, side->pieces->n);

	for (uint32_t f = 0; f < unit->types->funcs.n; f++)
		if (unit->piece[f] != PIECE_NONE && has[f])
			may_call[unit->piece[f]] = true;
	for (uint32_t sec = 1; sec < side->obj->nsecs; sec++) {
		for (uint32_t i = 0; i < side->refs->count[sec]; i++) {
			const struct ref *ref = &side->refs->of_sec[sec][i];
			uint32_t from, root;

			if (ref->piece != unit->piece[func] || sec_classify(&side->obj->secs[sec]) == SEC_SPECIAL)
				continue;
			from = pieces_find(side->pieces, sec, ref->offset);
			root = from == PIECE_NONE ? PIECE_NONE : side_piece(side, from)->root;
			if (root == unit->piece[func] ||
			    (root != PIECE_NONE && side_piece(side, root)->class == SEC_INIT))
				continue;
			if (root == PIECE_NONE || !ref->is_branch || !may_call[root])
				return false;
		}
	}
	return true;
}

/* Does a function get its objects from the stacks of those that call it, or that it is inlined into? */
static bool is_handed_down(const struct unit *unit, uint32_t func, const bool *has, struct arena *arena)
{
	const struct types *types = unit->types;

	if (unit->piece[func] != PIECE_NONE)
		return is_only_called_by(unit, func, has, arena);
	for (uint32_t i = 0; i < types->links.n; i++) {
		uint32_t into = types->links.v[i].func;

		/* An instance of its own is another function here. */
		if (unit->origin[i] == func && !has[into] && unit->state[into] != FUNC_NOWHERE &&
		    strcmp(types->funcs.v[into].name, types->funcs.v[func].name))
			return false;
	}
	return true;
}

/* Does a type contain a pointer to what it is itself, as struct list_head does? */
static bool points_to_itself(const struct types *types, uint32_t node)
{
	for (uint32_t i = 0; i < types->edges.n; i++) {
		const struct type_edge *edge = &types->edges.v[i];
		uint32_t pointer =
			edge->from == node && edge->kind == EDGE_MEMBER ? types_strip(types, edge->to) : TYPE_NONE;

		if (pointer != TYPE_NONE && types->nodes.v[pointer].tag == DW_TAG_pointer_type &&
		    types_strip(types, types->nodes.v[pointer].target) == node)
			return true;
	}
	return false;
}

/*
 * Does it have a part by which others find it, a list_head or a completion? An object on the stack of a task that waits
 * in old code is then met by another task that is in the new code already.
 */
static bool is_linked(const struct types *types, uint32_t node, struct arena *arena)
{
	bool *inside = arena_array(arena, bool, types->nodes.n), linked = false;
	VEC(uint32_t) queue = {0};

	inside[node] = true;
	vec_add(&queue, node);
	while (queue.n && !linked) {
		uint32_t at = queue.v[--queue.n];

		linked = at != node && points_to_itself(types, at);
		for (uint32_t i = 0; i < types->edges.n; i++) {
			const struct type_edge *edge = &types->edges.v[i];

			if (edge->from != at || edge->to == TYPE_NONE || inside[edge->to] ||
			    (edge->kind != EDGE_MEMBER && edge->kind != EDGE_ALIAS))
				continue;
			inside[edge->to] = true;
			vec_add(&queue, edge->to);
		}
	}
	vec_free(&queue);
	return linked;
}

/* Does code that has an object of the type on its stack let an address of its stack go? */
static bool is_given_away(const struct unit *unit, struct arena *arena)
{
	const struct types *types = unit->types;
	bool *has = arena_array(arena, bool, types->funcs.n), more = true;
	struct escape escape = {0};

	for (uint32_t i = 0; i < types->uses.n; i++)
		if (types->uses.v[i].func != TYPE_NONE && types->uses.v[i].kind == USE_LOCAL &&
		    reach_of_use(unit, &types->uses.v[i]) == REACH_VALUE)
			has[types->uses.v[i].func] = true;
	while (more) {
		more = false;
		for (uint32_t i = 0; i < types->links.n; i++) {
			uint32_t origin = unit->origin[i], into = types->links.v[i].func;

			if (origin == TYPE_NONE || !has[origin] || has[into])
				continue;
			has[into] = more = true;
		}
	}
	for (uint32_t f = 0; f < types->funcs.n && escape.address.way == ESCAPE_NOT; f++)
		if (has[f] && unit->piece[f] != PIECE_NONE)
			escape_follow_stack(unit->side, unit->piece[f], &escape);
	return escape.address.way != ESCAPE_NOT;
}

bool has_no_old_object(const struct unit *unit, const struct type_named *named, struct arena *arena)
{
	const struct types *types = unit->types;
	const bool *has = find_havers(unit, arena);
	bool has_value = false;

	/* A type of a header may have users in other files. */
	if (!type_is_private(named) || is_linked(types, named->node, arena))
		return false;
	/* Kept by pointer in another structure, it may be anybody's. */
	for (uint32_t i = 0; i < types->nodes.n; i++)
		if (unit->reach[i] == REACH_FAR)
			return false;
	for (uint32_t i = 0; i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];

		if (reach_of_use(unit, use) == REACH_NOT)
			continue;
		if (!is_harmless_use(unit, use))
			return false;
		if (use->kind == USE_PARAM && unit->state[use->func] == FUNC_INCLUDED &&
		    !is_handed_down(unit, use->func, has, arena))
			return false;
		has_value |= use->kind == USE_LOCAL && reach_of_use(unit, use) == REACH_VALUE;
	}
	return has_value && !is_given_away(unit, arena);
}
