// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch that gives a function another parameter changes the calls of it, too, as far as the compiler sees them. It
 * does not see modules from outside of the tree, if the function is exported, nor code that has its address before
 * (`reg(void *callback)`): these go on calling it the old way, and ftrace leads them to the new code, which takes what
 * is left in a register for the parameter.
 */
#include "diff/signatures.h"

#include <string.h>

#include "diff/running.h"
#include "elf/members.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

static bool is_exported(const struct elf_obj *obj, const char *name)
{
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const char *exported = elf_obj_export(obj, i);

		if (exported && !strcmp(exported, name))
			return true;
	}
	return false;
}

struct signature {
	struct types *types;
	uint32_t func;           /* TYPE_NONE: none or several have code under this name */
	VEC(uint32_t) nodes;     /* of the result (TYPE_NONE: void), and of the parameters */
	VEC(const char *) names; /* of the same; the result has "" */
};

static struct signature find_signature(struct types *types, const char *name)
{
	struct signature found = {.types = types, .func = TYPE_NONE};

	for (uint32_t i = 0; i < types->funcs.n; i++) {
		if (!types->funcs.v[i].entry || strcmp(types->funcs.v[i].name, name))
			continue;
		if (found.func != TYPE_NONE) {
			found.func = TYPE_NONE;
			return found;
		}
		found.func = i;
	}
	vec_add(&found.nodes, TYPE_NONE);
	vec_add(&found.names, "");
	for (uint32_t i = 0; found.func != TYPE_NONE && i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];

		if (use->func == found.func && use->kind == USE_RETURN)
			found.nodes.v[0] = use->node;
		if (use->func == found.func && use->kind == USE_PARAM) {
			vec_add(&found.nodes, use->node);
			vec_add(&found.names, use->name ? use->name : "");
		}
	}
	return found;
}

/* "s32 (struct foo *, u64)" */
static const char *signature_text(const struct signature *signature, struct arena *arena)
{
	const char *text = "";

	for (uint32_t i = 1; i < signature->nodes.n; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 1 ? ", " : "",
				    type_text(signature->types, signature->nodes.v[i]));
	return arena_printf(arena, "%s (%s)", type_text(signature->types, signature->nodes.v[0]), text);
}

/*
 * Does a caller give the same in both cases? Another range of a number, and what is behind a `void *`, is no matter of
 * the call.
 */
static bool is_same_type(struct types *orig, uint32_t o, struct types *patched, uint32_t p)
{
	const char *before = type_text(orig, o), *now = type_text(patched, p);
	bool o_pointer = strchr(before, '*'), p_pointer = strchr(now, '*');

	if (!strcmp(before, now))
		return true;
	if (type_is_numeric(orig, o) && type_is_numeric(patched, p))
		return type_size(orig, o) == type_size(patched, p);
	return o_pointer && p_pointer && (!strcmp(before, "void *") || !strcmp(now, "void *"));
}

/*
 * Who called a function without result does not look at the registers of one; a larger one would be written to memory
 * that it gives.
 */
static bool is_in_registers(const struct types *types, uint32_t node)
{
	uint64_t size = type_size(types, node);

	return size && size <= 2 * sizeof(uint64_t);
}

static bool is_same_signature(const struct signature *before, const struct signature *now)
{
	if (before->nodes.n != now->nodes.n)
		return false;
	for (uint32_t i = 0; i < before->nodes.n; i++)
		if (!is_same_type(before->types, before->nodes.v[i], now->types, now->nodes.v[i]) &&
		    (i || before->nodes.v[0] != TYPE_NONE || !is_in_registers(now->types, now->nodes.v[0])))
			return false;
	return true;
}

static uint32_t find_name(const struct signature *signature, const char *name)
{
	uint32_t i = 1;

	while (i < signature->names.n && strcmp(signature->names.v[i], name) != 0)
		i++;
	return i;
}

/* Have two parameters changed places? A new name alone is none of the callers' business. */
static bool is_reordered(const struct signature *before, const struct signature *now)
{
	for (uint32_t i = 1; i < before->names.n; i++) {
		uint32_t k = find_name(now, before->names.v[i]);

		if (*before->names.v[i] && k < now->names.n && k != i &&
		    find_name(before, now->names.v[i]) < before->names.n)
			return true;
	}
	return false;
}

/* A function that stays as it is although it differs, and calls or knows the original o; NULL: there is none. */
static const char *find_left_out_user(const struct diff *diff, uint32_t o)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		uint32_t user = diff->corr->to_orig[p];
		const struct ref *refs;
		uint32_t n;

		if (!diff->changes->v[p].left_out || user == PIECE_NONE)
			continue;
		n = side_refs(&diff->orig, side_piece(&diff->orig, user), &refs);
		for (uint32_t i = 0; i < n; i++)
			if (refs[i].piece == o)
				return side_piece(&diff->patched, p)->name;
	}
	return NULL;
}

static void check(const struct diff *diff, uint32_t p, struct types *orig, struct types *patched, struct arena *arena,
		  struct diag *diag)
{
	uint32_t o = diff->corr->to_orig[p];
	const char *name = side_piece(&diff->patched, p)->name, *who;
	struct signature before, now;

	if (strcmp(side_piece(&diff->orig, o)->name, name))
		return;
	who = is_exported(diff->orig.obj, name)          ? "modules that are not part of the patch"
	      : running_is_address_taken(&diff->orig, o) ? "code that has its address"
							 : NULL;
	if (!who)
		who = find_left_out_user(diff, o);
	if (!who)
		return;
	before = find_signature(orig, name);
	now = find_signature(patched, name);
	if (before.func == TYPE_NONE || now.func == TYPE_NONE)
		goto out;
	if (!is_same_signature(&before, &now))
		diag_refuse(diag, RULE_SIGNATURE_CHANGED, diff->patched.obj->path, name,
			    "it is '%s' instead of '%s', and %s may call it as before; give the new one another name",
			    signature_text(&now, arena), signature_text(&before, arena), who);
	else if (is_reordered(&before, &now))
		diag_refuse(
			diag, RULE_SIGNATURE_CHANGED, diff->patched.obj->path, name,
			"its parameters are in another order, and %s may call it as before; give the new one another name",
			who);
out:
	vec_free(&before.nodes);
	vec_free(&before.names);
	vec_free(&now.nodes);
	vec_free(&now.names);
}

void signatures_check(const struct diff *diff, struct types *orig, struct types *patched, struct diag *diag)
{
	struct arena *arena = arena_new();

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		if (piece->kind == PIECE_FUNC && piece->root == p && is_included(diff, p) &&
		    diff->corr->to_orig[p] != PIECE_NONE)
			check(diff, p, orig, patched, arena, diag);
	}
	arena_free(arena);
}
