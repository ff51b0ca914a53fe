// SPDX-License-Identifier: GPL-2.0-only
/*
 * A structure that gets a member in its middle is built without a word, and each object of it that exists when the
 * livepatch is loaded is then read by new code at wrong offsets (a mounted isofs, after a fix of 6.12 put a member into
 * struct isofs_sb_info). The same goes for enumerators, whose numbers stand in other code and in data.
 *
 * GCC describes a type only if the unit uses it, so each type that differs and that both objects have is told as soon
 * as the livepatch has code of this object: a cast in an included function leaves no trace of the type that it uses.
 * The one exception are types of which no object can be there before: only on the stack of functions that are all
 * included (a task that is in one of them goes on with the old code of all of them), handed on by pointers to
 * parameters of such functions.
 */
#include "diff/type-rules.h"

#include <dwarf.h>
#include <string.h>

#include "diff/attributes.h"
#include "diff/old-objects.h"
#include "diff/signatures.h"
#include "diff/table-order.h"
#include "diff/type-diff.h"
#include "elf/enumerators.h"
#include "elf/members.h"
#include "elf/types.h"
#include "util/arena.h"
#include "util/diag.h"

#define MAX_NAMED    4
/* Pointers to pointers, and arrays of them; a broken file may have them without end. */
#define MAX_POINTERS 24
/* The largest alignment that a type has by itself, __int128's (System V ABI, AMD64 supplement, 3.1.2). */
#define MAX_NATURAL  16

struct context {
	const struct diff *diff;
	struct unit orig, patched;
	struct arena *arena;
	struct diag *diag;
};

struct names {
	struct arena *arena;
	const char *text;
	uint32_t n;
	struct strmap seen;
};

static void add_name(struct names *names, const char *name)
{
	if (!*name || strmap_add(&names->seen, name, 1) != STRMAP_NONE || names->n++ >= MAX_NAMED)
		return;
	names->text = names->text ? arena_printf(names->arena, "%s, %s", names->text, name) : name;
}

static const char *finish_names(struct names *names)
{
	strmap_free(&names->seen);
	return names->n > MAX_NAMED ? arena_printf(names->arena, "%s and %u more", names->text, names->n - MAX_NAMED)
				    : names->text;
}

/* Adds the included functions that refer to a static variable of the type. */
static void add_referring(const struct context *ctx, enum type_reach least, struct names *names)
{
	const struct side *side = ctx->patched.side;
	const struct types *types = ctx->patched.types;
	struct strmap variables = {0};

	for (uint32_t i = 0; i < types->uses.n; i++)
		if (types->uses.v[i].kind == USE_STATIC && reach_of_use(&ctx->patched, &types->uses.v[i]) >= least)
			strmap_add(&variables, types->uses.v[i].name, i);
	for (uint32_t p = 0; p < side->pieces->n && variables.used; p++) {
		const struct piece *piece = side_piece(side, p);
		const struct ref *refs;
		uint32_t n = is_included(ctx->diff, p) && piece->kind == PIECE_FUNC ? side_refs(side, piece, &refs) : 0;

		for (uint32_t i = 0; i < n; i++) {
			const char *name = refs[i].piece == PIECE_NONE ? side->obj->syms[refs[i].sym].name
								       : side_piece(side, refs[i].piece)->name;
			/* A static local is "name.12". */
			const char *base = arena_printf(ctx->arena, "%.*s", (int)strcspn(name, "."), name);

			if (strmap_get(&variables, base) != STRMAP_NONE)
				add_name(names, side_piece(side, piece->root)->name);
		}
	}
	strmap_free(&variables);
}

/* The included functions that mention the type at least so closely, or NULL. */
static const char *list_users(const struct context *ctx, enum type_reach least)
{
	const struct unit *unit = &ctx->patched;
	const struct types *types = unit->types;
	struct names names = {.arena = ctx->arena};
	bool *uses = arena_array(ctx->arena, bool, types->funcs.n);
	Dwarf_Off *origins = arena_array(ctx->arena, Dwarf_Off, types->funcs.n);
	uint32_t norigins = 0;

	for (uint32_t i = 0; i < types->uses.n; i++)
		if (types->uses.v[i].func != TYPE_NONE && reach_of_use(unit, &types->uses.v[i]) >= least)
			uses[types->uses.v[i].func] = true;
	for (uint32_t f = 0; f < types->funcs.n; f++)
		if (uses[f] && !types->funcs.v[f].entry)
			origins[norigins++] = types->funcs.v[f].offset;
	for (uint32_t i = 0; i < types->links.n; i++)
		for (uint32_t k = 0; k < norigins; k++)
			uses[types->links.v[i].func] |= types->links.v[i].origin == origins[k];
	for (uint32_t f = 0; f < types->funcs.n; f++)
		if (uses[f] && types->funcs.v[f].entry && unit->state[f] == FUNC_INCLUDED)
			add_name(&names, types->funcs.v[f].name);
	add_referring(ctx, least, &names);
	return finish_names(&names);
}

static const char *describe_users(const struct context *ctx)
{
	const char *users = list_users(ctx, REACH_NEAR);

	if (users)
		return arena_printf(ctx->arena, "used by %s", users);
	users = list_users(ctx, REACH_FAR);
	return users ? arena_printf(ctx->arena, "reachable through pointers of %s", users)
		     : "no function of the livepatch is known to use it, but a cast may";
}

/* Where the objects of the running kernel are, as far as this source file shows. */
static const char *describe_objects(const struct context *ctx)
{
	const struct types *types = ctx->orig.types;
	struct names variables = {.arena = ctx->arena}, stacks = {.arena = ctx->arena};
	const char *named, *local;
	bool pointed = false;

	for (uint32_t i = 0; i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];
		enum type_reach reach = reach_of_use(&ctx->orig, use);

		if (reach == REACH_VALUE && use->kind == USE_STATIC)
			add_name(&variables, use->name);
		else if (reach == REACH_VALUE && use->kind == USE_LOCAL)
			add_name(&stacks, types->funcs.v[use->func].name);
		else if (reach == REACH_NEAR && !is_harmless_use(&ctx->orig, use))
			pointed = true;
	}
	named = finish_names(&variables);
	local = finish_names(&stacks);
	if (named)
		return arena_printf(ctx->arena, "static objects: %s", named);
	if (local && !pointed)
		return arena_printf(ctx->arena, "objects on the stack of %s", local);
	if (local)
		return arena_printf(ctx->arena, "objects on the stack of %s, and what pointers lead to (allocated)",
				    local);
	return "objects are known by pointers only (allocated)";
}

static const char *advice(const struct types *types, uint32_t node)
{
	return types->nodes.v[node].tag == DW_TAG_enumeration_type
		       ? "running code and data keep the old values; leave existing enumerators as they are, including a last one that counts the others"
		       : "existing objects keep the old layout; leave it as it is, and put new members into padding, into a shadow variable (klp_shadow_get_or_alloc()), or into a structure of their own";
}

static void tell(struct context *ctx, const struct type_named *named, const struct type_diff *diff)
{
	const char *file = ctx->diff->patched.obj->path;
	const struct types *types = ctx->orig.types;

	switch (diff->difference) {
	case TYPE_SAME:
		break;
	case TYPE_ADDED:
		diag_warn(
			ctx->diag, RULE_MEMBER_ADDED, file, named->place,
			"%s has new members in former padding: %s; in existing objects they hold whatever was in the padding",
			named->what, diff->what);
		break;
	case TYPE_RANGE:
		diag_warn(ctx->diag, RULE_TYPE_CHANGED, file, named->place,
			  "%s keeps its layout, but %s; existing values are read as the new type", named->what,
			  diff->what);
		break;
	case TYPE_MEANING:
		diag_refuse(ctx->diag, RULE_TYPE_CHANGED, file, named->place,
			    "%s keeps its layout, but %s; %s; %s; existing objects hold the old type", named->what,
			    diff->what, describe_users(ctx), describe_objects(ctx));
		break;
	case TYPE_LAYOUT:
		diag_refuse(ctx->diag, RULE_LAYOUT_CHANGED, file, named->place, "%s has another layout: %s; %s; %s; %s",
			    named->what, diff->what, describe_users(ctx),
			    types->nodes.v[named->node].tag == DW_TAG_enumeration_type ? "its values may be anywhere"
										       : describe_objects(ctx),
			    advice(types, named->node));
		break;
	}
}

/* renamed: its name in the patched source, NULL: the same. */
static void compare_type(struct context *ctx, const struct type_named *o, uint32_t p, const char *renamed)
{
	struct types *orig = ctx->orig.types, *patched = ctx->patched.types;
	struct type_diff diff;

	type_diff(orig, o->node, patched, p, ctx->arena, &diff);
	if (diff.difference == TYPE_SAME)
		return;
	if (renamed)
		diff.what = arena_printf(ctx->arena, "it is %s now, %s", renamed, diff.what);
	types_reach(orig, o->node, ctx->orig.reach);
	types_reach(patched, p, ctx->patched.reach);
	if (!has_no_old_object(&ctx->orig, o, ctx->arena))
		tell(ctx, o, &diff);
}

static void check_types(struct context *ctx)
{
	struct types *orig = ctx->orig.types, *patched = ctx->patched.types;
	struct strmap by_key = {0}, told = {0};

	for (uint32_t i = 0; i < patched->named.n; i++)
		strmap_add(&by_key, patched->named.v[i].key, i);
	for (uint32_t i = 0; i < orig->named.n; i++) {
		const struct type_named *o = &orig->named.v[i];
		uint32_t same = strmap_get(&by_key, o->key);

		if (same != STRMAP_NONE && orig->nodes.v[o->node].tag != DW_TAG_enumeration_type &&
		    strmap_add(&told, o->key, 1) == STRMAP_NONE)
			compare_type(ctx, o, patched->named.v[same].node, NULL);
	}
	strmap_free(&by_key);
	strmap_free(&told);
}

/*
 * The structure or union that a variable points to, by its index in `named`; TYPE_NONE: another type. What is on the
 * stack may be of any new type.
 */
static uint32_t find_structure(const struct context *ctx, struct types *types, const struct strmap *by_key,
			       const struct type_use *use)
{
	uint32_t node = types_strip(types, use->node), index;
	bool is_pointer = false;

	for (unsigned int i = 0; i < MAX_POINTERS && node != TYPE_NONE; i++) {
		if (types->nodes.v[node].tag == DW_TAG_pointer_type)
			is_pointer = true;
		else if (types->nodes.v[node].tag != DW_TAG_array_type)
			break;
		node = types_strip(types, types->nodes.v[node].target);
	}
	if (node == TYPE_NONE || !is_pointer || !*use->name ||
	    (types->nodes.v[node].tag != DW_TAG_structure_type && types->nodes.v[node].tag != DW_TAG_union_type))
		return TYPE_NONE;
	index = strmap_get(by_key, arena_join(ctx->arena, ":", type_text(types, node)));
	return index == STRMAP_NONE ? TYPE_NONE : index;
}

static bool has_common_member(const struct types *orig, uint32_t o, const struct types *patched, uint32_t p)
{
	member_vec before = {0}, after = {0};
	bool found = false;

	members_find(orig, o, &before);
	members_find(patched, p, &after);
	for (uint32_t i = 0; i < before.n; i++)
		for (uint32_t k = 0; k < after.n; k++)
			found |= !strcmp(before.v[i].name, after.v[k].name);
	vec_free(&before);
	vec_free(&after);
	return found;
}

/* Structures by what messages call them, ":struct foo"; those of functions are left out. */
static void index_structures(const struct context *ctx, const struct types *types, struct strmap *by_key)
{
	for (uint32_t i = 0; i < types->named.n; i++)
		if (!*types->named.v[i].scope)
			strmap_add(by_key, arena_join(ctx->arena, ":", types->named.v[i].what), i);
}

static const char *variable_key(const struct context *ctx, const struct types *types, const struct type_use *use);

/*
 * `struct foo *foo = file->private_data` became `struct foo2 *foo = ...`: objects that exist are foo's. A structure
 * that is no more, where the same variable of the same function is of one that was not there, and has some of its
 * members, is that one.
 */
static void check_renamed(struct context *ctx)
{
	struct types *orig = ctx->orig.types, *patched = ctx->patched.types;
	struct strmap before = {0}, after = {0}, now = {0}, told = {0};

	index_structures(ctx, orig, &before);
	index_structures(ctx, patched, &after);
	for (uint32_t i = 0; i < patched->uses.n; i++) {
		const struct type_use *use = &patched->uses.v[i];
		uint32_t index = find_structure(ctx, patched, &after, use);

		if (index != TYPE_NONE &&
		    strmap_get(&before, arena_join(ctx->arena, ":", patched->named.v[index].what)) == STRMAP_NONE)
			strmap_add(&now, variable_key(ctx, patched, use), index);
	}
	for (uint32_t i = 0; i < orig->uses.n && now.used; i++) {
		uint32_t index = find_structure(ctx, orig, &before, &orig->uses.v[i]);
		const struct type_named *o = index == TYPE_NONE ? NULL : &orig->named.v[index];
		uint32_t same = o ? strmap_get(&now, variable_key(ctx, orig, &orig->uses.v[i])) : STRMAP_NONE;
		const struct type_named *p = same == STRMAP_NONE ? NULL : &patched->named.v[same];

		if (p && strmap_get(&after, arena_join(ctx->arena, ":", o->what)) == STRMAP_NONE &&
		    strmap_add(&told, o->key, 1) == STRMAP_NONE && has_common_member(orig, o->node, patched, p->node))
			compare_type(ctx, o, p->node, p->what);
	}
	strmap_free(&before);
	strmap_free(&after);
	strmap_free(&now);
	strmap_free(&told);
}

/* The patched enumeration that has one of the names, or TYPE_NONE. */
static uint32_t find_enumeration(const struct context *ctx, const struct type_named *o, const struct numbers *patched)
{
	uint32_t node = TYPE_NONE;
	enumerator_vec before = {0};

	enumerators_find(ctx->orig.types, o->node, &before);
	for (uint32_t i = 0; i < before.n && node == TYPE_NONE; i++) {
		const struct number *now = numbers_get(patched, ctx->arena, o->scope, before.v[i].name);

		node = now ? now->node : TYPE_NONE;
	}
	vec_free(&before);
	return node;
}

/* A number is stored in what has any type, so where objects of the enumeration are says nothing. */
static void check_enumerations(struct context *ctx)
{
	struct types *orig = ctx->orig.types, *patched = ctx->patched.types;
	struct numbers numbers = {0};
	struct strmap told = {0};

	numbers_find(patched, &numbers);
	for (uint32_t i = 0; i < orig->named.n; i++) {
		const struct type_named *o = &orig->named.v[i];
		struct type_diff diff;
		uint32_t node;

		if (orig->nodes.v[o->node].tag != DW_TAG_enumeration_type)
			continue;
		node = find_enumeration(ctx, o, &numbers);
		type_diff_enumeration(orig, o, patched, node, &numbers, ctx->arena, &diff);
		if (diff.difference == TYPE_SAME || strmap_add(&told, o->key, 1) != STRMAP_NONE)
			continue;
		types_reach(orig, o->node, ctx->orig.reach);
		types_reach(patched, node, ctx->patched.reach);
		tell(ctx, o, &diff);
	}
	numbers_free(&numbers);
	strmap_free(&told);
}

static const char *variable_key(const struct context *ctx, const struct types *types, const struct type_use *use)
{
	return arena_join(ctx->arena, use->func == TYPE_NONE ? "" : types->funcs.v[use->func].name, ":", use->name);
}

/* Static variables by function and name; 0 marks a name that several have. */
static void index_variables(const struct context *ctx, struct types *types, struct strmap *by_key)
{
	for (uint32_t i = 0; i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];
		const char *key;
		uint32_t same;

		if (use->kind != USE_STATIC || !*use->name || use->node == TYPE_NONE)
			continue;
		key = variable_key(ctx, types, use);
		same = strmap_add(by_key, key, i + 1);
		if (same != STRMAP_NONE && same && types->uses.v[same - 1].node != use->node)
			strmap_set(by_key, key, 0);
	}
}

/* Is it the variable of that name in the source, "foo" or, in a function, "foo.12"? */
static bool is_named(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(symbol, name, length) && (!symbol[length] || symbol[length] == '.');
}

/*
 * In a section that variables share, what stands at a round place need not have asked for it, and a new neighbour may
 * be why (diff/attributes.c). The debug information has what the source demands.
 */
static void check_alignment(struct context *ctx, const struct type_use *use, const struct type_use *now)
{
	const struct side *patched = &ctx->diff->patched;

	if (now->align <= use->align)
		return;
	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);
		uint32_t o = ctx->diff->corr->to_orig[p];

		if (piece->kind != PIECE_DATA || o == PIECE_NONE || !is_named(piece->name, use->name))
			continue;
		/* It is told already; or aligned(8) was put to what is aligned so by its type. */
		if (ctx->diff->changes->v[p].why == DIFF_ALIGNMENT ||
		    (now->align <= MAX_NATURAL && now->align <= attributes_alignment(&ctx->diff->orig, o)))
			return;
	}
	diag_refuse(
		ctx->diag, RULE_DATA_CHANGED, patched->obj->path, use->name,
		"existing variable: the source now demands an alignment of %llu bytes; the running kernel's copy stays where it is, so align a new variable, or allocate memory",
		(unsigned long long)now->align);
}

static void check_variables(struct context *ctx)
{
	struct types *orig = ctx->orig.types, *patched = ctx->patched.types;
	struct strmap before = {0}, after = {0};

	index_variables(ctx, orig, &before);
	index_variables(ctx, patched, &after);
	for (uint32_t i = 0; i < orig->uses.n; i++) {
		const struct type_use *use = &orig->uses.v[i];
		uint32_t same, mine;
		const struct type_use *now;
		const char *key;
		struct type_diff diff;

		if (use->kind != USE_STATIC || !*use->name || use->node == TYPE_NONE)
			continue;
		key = variable_key(ctx, orig, use);
		mine = strmap_get(&before, key);
		same = strmap_get(&after, key);
		if (mine != i + 1 || same == STRMAP_NONE || !same)
			continue;
		now = &patched->uses.v[same - 1];
		check_alignment(ctx, use, now);
		type_diff_variable(orig, use->node, patched, now->node, use->is_declared && now->is_declared,
				   ctx->arena, &diff);
		if (diff.difference == TYPE_RANGE)
			diag_warn(ctx->diag, RULE_TYPE_CHANGED, ctx->diff->patched.obj->path, use->name,
				  "existing variable: %s; its value is read as the new type", diff.what);
		else if (diff.difference > TYPE_RANGE)
			diag_refuse(ctx->diag, RULE_TYPE_CHANGED, ctx->diff->patched.obj->path, use->name,
				    "existing variable: %s; it holds the old type", diff.what);
	}
	strmap_free(&before);
	strmap_free(&after);
}

static bool has_code(const struct diff *diff)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if (is_included(diff, p) && side_piece(&diff->patched, p)->kind == PIECE_FUNC)
			return true;
	return false;
}

void type_rules_run(const struct diff *diff, struct diag *diag)
{
	struct context ctx = {
		.diff = diff,
		.orig = {.side = &diff->orig},
		.patched = {.side = &diff->patched},
		.diag = diag,
	};

	if (!has_code(diff))
		return;
	ctx.arena = arena_new();
	ctx.orig.debug = debug_of(diff->orig.obj);
	ctx.patched.debug = debug_of(diff->patched.obj);
	if (ctx.orig.debug && ctx.patched.debug) {
		ctx.orig.types = types_new(ctx.orig.debug);
		ctx.patched.types = types_new(ctx.patched.debug);
	}
	if (ctx.orig.types && ctx.patched.types) {
		unit_find_states(&ctx.orig, diff, diff->corr->to_patched, ctx.arena);
		unit_find_states(&ctx.patched, diff, NULL, ctx.arena);
		check_types(&ctx);
		check_enumerations(&ctx);
		check_renamed(&ctx);
		check_variables(&ctx);
		signatures_check(diff, ctx.orig.types, ctx.patched.types, diag);
		table_order_check(diff, ctx.orig.types, ctx.patched.types, diag);
	}
	types_free(ctx.orig.types);
	types_free(ctx.patched.types);
	arena_free(ctx.arena);
}
