// SPDX-License-Identifier: GPL-2.0-only
/*
 * The relocation rules, from the maker's side (L2 to L5 of doc/relocation-rules.md).
 *
 *   exported by vmlinux       a plain undefined symbol, which the module loader resolves                    (L3)
 *   another one of vmlinux    .klp.sym.vmlinux.<name>,<sympos>, resolved when the livepatch is loaded       (L4)
 *   any one of a module       .klp.sym.<module>.<name>,<sympos>, resolved when the module is there          (L5)
 *   ... that is always there  .klp.sym.<module>.<name>,<sympos>,vmlinux, resolved when the livepatch is loaded
 *
 * Only a symbol that the object sees from outside (undefined, or global) can be the exported one: a static function
 * may have the name of an export of another file. What a module's object newly refers to, and the module does not have,
 * is the kernel's; the original object says nothing of it, since the module could not even have been loaded so.
 *
 * A module can use the export of another one only if it depends on that: what it does not depend on need not be there
 * when it arrives. Sympos 0 stands for "the only one": the symbols of the other module are not at hand, and klp-verify
 * looks there.
 */
#include "klp/plan.h"

#include <errno.h>
#include <string.h>

#include "kernel/livepatch.h"
#include "kernel/module.h"
#include "klp/lookup.h"
#include "place/placement.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

struct context {
	const struct diff *diff;
	const struct plan_target *target;
	struct plan *plan;
	struct diag *diag;
};

static bool is_kernel(const struct plan_target *target)
{
	return !strcmp(target->object, KLP_VMLINUX);
}

/* With --skip-base-check of klp-place, the code may be another than the target's, and a name all there is. */
static void warn_of_name(const struct diff *diff, const struct plan_target *target, const struct found *found,
			 struct diag *diag)
{
	if (found->by_name && target->placement && !target->placement->base_is_same)
		diag_warn(diag, RULE_NAME_ONLY, diff->patched.obj->path, found->name,
			  "not found by the base check; found by its name, which is unique in %s", target->object);
}

static const char *why_ambiguous(const struct plan_target *target)
{
	return target->placement ? "the base check failed" : "a placement would tell which";
}

static const char *klp_name(struct context *ctx, const char *object, const struct found *found)
{
	const struct plan_target *target = ctx->target;

	/*
	 * What follows the sympos is the object whose arrival resolves the reference: with vmlinux, the patch's own.
	 */
	if (target->present && strcmp(object, KLP_VMLINUX))
		return klp_sym_join(ctx->plan->arena, object, found->name, found->sympos, KLP_VMLINUX);
	/* A reference from one module to another is applied when the one that is patched appears: name that one too. */
	if (strcmp(object, target->object) && strcmp(object, KLP_VMLINUX))
		return klp_sym_join(ctx->plan->arena, object, found->name, found->sympos, target->object);
	return klp_sym_join(ctx->plan->arena, object, found->name, found->sympos, NULL);
}

/*
 * The original symbol of the same name that stands at the same place of the partner of a patched symbol's piece, or 0.
 */
static uint32_t find_same_symbol(const struct diff *diff, uint32_t sym, uint32_t orig)
{
	const struct elf_sym *patched = &diff->patched.obj->syms[sym];
	const struct piece *piece = side_piece(&diff->patched, diff->patched.pieces->of_sym[sym]);
	uint32_t same = elf_obj_find_symbol(diff->orig.obj, patched->name);

	return same && diff->orig.pieces->of_sym[same] == orig &&
			       diff->orig.obj->syms[same].value - side_piece(&diff->orig, orig)->entry ==
				       patched->value - piece->entry
		       ? same
		       : 0;
}

/* The name that the partner of a patched symbol's piece has: the same one if it has that too. */
static const char *original_name(const struct diff *diff, uint32_t sym, uint32_t orig)
{
	return find_same_symbol(diff, sym, orig) ? diff->patched.obj->syms[sym].name
						 : side_piece(&diff->orig, orig)->name;
}

static enum plan_kind kind_of_module(const struct plan_target *target)
{
	return target->present ? PLAN_EARLY : PLAN_LATE;
}

/*
 * Is the other module there whenever the target is? The target's file says so; a listing of symbols does not, and then
 * it is known only of those that the original object refers to.
 */
static bool depends_on(const struct diff *diff, const struct plan_target *target, const char *other)
{
	if (target->symtab->depends && module_depends_has(target->symtab->depends, other))
		return true;
	for (uint32_t i = 1; i < diff->orig.obj->nsyms; i++) {
		const struct elf_sym *sym = &diff->orig.obj->syms[i];
		const struct symvers_entry *export;

		if (!elf_sym_is_undefined(sym) || sym->bind == STB_WEAK)
			continue;
		export = symvers_find(target->symvers, sym->name);
		if (export && !strcmp(export->module, other))
			return true;
	}
	return false;
}

static void plan_export_of_module(struct context *ctx, const struct symvers_entry *export, struct plan_symbol *plan)
{
	const struct found found = {.name = export->name};

	*plan = (struct plan_symbol){.kind = kind_of_module(ctx->target),
				     .name = klp_name(ctx, export->module, &found)};
	if (is_kernel(ctx->target))
		diag_refuse(
			ctx->diag, RULE_MODULE_EXPORT, ctx->diff->patched.obj->path, export->name,
			"exported by module %s, but this code belongs to vmlinux, which must work without that module",
			export->module);
	else if (!depends_on(ctx->diff, ctx->target, export->module))
		diag_refuse(ctx->diag, RULE_MODULE_EXPORT, ctx->diff->patched.obj->path, export->name,
			    "exported by module %s, which may not be loaded: %s does not depend on it", export->module,
			    ctx->target->object);
}

/*
 * A __ref function may use what is __init, and does so while the kernel starts. When a livepatch is loaded that memory
 * is long somebody else's.
 */
static void check_stays(struct context *ctx, const struct symtab *tab, const char *object, const struct found *found)
{
	uint32_t id = lookup_id(tab, found);

	if (id != SYMTAB_NONE && symtab_is_freed(tab, id))
		diag_refuse(ctx->diag, RULE_INIT_REFERENCE, ctx->diff->patched.obj->path, found->name,
			    "__init or __exit in %s, freed after boot: a livepatch can't refer to it", object);
}

static int refuse_sympos(const struct diff *diff, const struct plan_target *target, const char *name, struct diag *diag)
{
	return diag_refuse(diag, RULE_SYMPOS_UNSTABLE, diff->patched.obj->path, name,
			   "%s has another symbol of this name before it, in a section that is freed after init: %s",
			   target->object, "its sympos changes when the module has finished loading");
}

/* A symbol of the patched object that is to be found in the target, and what is known of it. */
struct query {
	const char *name;                   /* as the patched object has it */
	bool undefined;                     /* the object does not define it */
	const struct symvers_entry *export; /* of that name, if it can be the exported one; NULL: none */
	bool has_partner;
	const char *target_name; /* as the original has it: a numbered static local has its partner's number there */
	bool target_global;      /* and whether it is global there */
};

static struct query query_new(const struct context *ctx, uint32_t index)
{
	const struct diff *diff = ctx->diff;
	const struct elf_sym *sym = &diff->patched.obj->syms[index];
	uint32_t piece = diff->patched.pieces->of_sym[index];
	uint32_t orig = piece == PIECE_NONE ? PIECE_NONE : diff->corr->to_orig[piece];
	struct query query = {
		.name = sym->name,
		.undefined = elf_sym_is_undefined(sym),
		.has_partner = orig != PIECE_NONE,
		.target_name = sym->name,
		.target_global = elf_sym_is_undefined(sym) || !elf_sym_is_local(sym),
	};

	if (query.target_global)
		query.export = symvers_find(ctx->target->symvers, sym->name);
	if (query.has_partner) {
		query.target_name = original_name(diff, index, orig);
		query.target_global = !elf_sym_is_local(
			&diff->orig.obj->syms[elf_obj_find_symbol(diff->orig.obj, query.target_name)]);
	}
	return query;
}

/* What a resolver says of a symbol. */
enum resolution {
	RESOLVED, /* the plan is made; what is wrong with it is refused */
	NOT_MINE,
};

/* L3: the module loader finds what vmlinux exports to every module. */
static enum resolution resolve_export(struct context *ctx, const struct query *query, struct plan_symbol *plan)
{
	if (!query->export || strcmp(query->export->module, KLP_VMLINUX) ||
	    module_namespace_is_closed(query->export->ns) || (!query->undefined && !is_kernel(ctx->target)))
		return NOT_MINE;
	*plan = (struct plan_symbol){
		.kind = PLAN_PLAIN,
		.name = query->name,
		.ns = *query->export->ns ? query->export->ns : NULL,
	};
	return RESOLVED;
}

/* What another module exports. A symbol of the target's own comes first, as it did in the link of the target. */
static enum resolution resolve_export_of_module(struct context *ctx, const struct query *query,
						struct plan_symbol *plan)
{
	struct found found;

	if (!query->export || !query->undefined || !strcmp(query->export->module, ctx->target->object) ||
	    lookup_global(ctx->target->symtab, query->name, &found))
		return NOT_MINE;
	plan_export_of_module(ctx, query->export, plan);
	return RESOLVED;
}

static void refuse_ambiguous(struct context *ctx, const struct query *query)
{
	diag_refuse(
		ctx->diag, RULE_SYMBOL_AMBIGUOUS, ctx->diff->patched.obj->path, query->target_name,
		"%s has several symbols of this name, or several source files of this one's name, and nothing tells which is meant; %s",
		ctx->target->object, why_ambiguous(ctx->target));
}

/* L4, L5: a symbol of the target, exported or not. */
static enum resolution resolve_own(struct context *ctx, const struct query *query, struct plan_symbol *plan)
{
	const struct plan_target *target = ctx->target;
	struct found found = {0};
	int status =
		lookup_symbol(ctx->diff, target, query->target_name, query->has_partner, query->target_global, &found);

	if (!status)
		return NOT_MINE;
	if (status < 0) {
		*plan = (struct plan_symbol){.kind = PLAN_PLAIN, .name = query->name};
		refuse_ambiguous(ctx, query);
		return RESOLVED;
	}
	warn_of_name(ctx->diff, target, &found, ctx->diag);
	check_stays(ctx, target->symtab, target->object, &found);
	if (!lookup_has_sympos(target->symtab, &found))
		refuse_sympos(ctx->diff, target, query->target_name, ctx->diag);
	*plan = (struct plan_symbol){
		.kind = is_kernel(target) ? PLAN_EARLY : kind_of_module(target),
		.name = klp_name(ctx, target->object, &found),
	};
	return RESOLVED;
}

/* L4: what code of a module newly refers to, and the module does not have, is the kernel's. */
static enum resolution resolve_kernel(struct context *ctx, const struct query *query, struct plan_symbol *plan)
{
	struct found found = {0};
	int status;

	if (!query->undefined || !ctx->target->kernel || module_has_own(query->target_name))
		return NOT_MINE;
	status = lookup_global(ctx->target->kernel, query->target_name, &found);
	if (!status)
		return NOT_MINE;
	if (status < 0) {
		*plan = (struct plan_symbol){.kind = PLAN_PLAIN, .name = query->name};
		refuse_ambiguous(ctx, query);
		return RESOLVED;
	}
	check_stays(ctx, ctx->target->kernel, KLP_VMLINUX, &found);
	*plan = (struct plan_symbol){.kind = PLAN_EARLY, .name = klp_name(ctx, KLP_VMLINUX, &found)};
	return RESOLVED;
}

/* Another object of the patch may define it; if none does, klp-link says so. */
static enum resolution resolve_patch(struct context *ctx, const struct query *query, struct plan_symbol *plan)
{
	if (!query->undefined || (!is_kernel(ctx->target) && module_has_own(query->target_name)))
		return NOT_MINE;
	*plan = (struct plan_symbol){.kind = PLAN_PLAIN, .name = query->name, .is_of_patch = true};
	return RESOLVED;
}

/* Who may have a symbol, in the order in which they are asked. */
static enum resolution (*const resolvers[])(struct context *ctx, const struct query *query,
					    struct plan_symbol *plan) = {
	resolve_export, resolve_export_of_module, resolve_own, resolve_kernel, resolve_patch,
};

static void plan_symbol(struct context *ctx, uint32_t index)
{
	struct plan_symbol *plan = &ctx->plan->of_sym[index];
	const struct query query = query_new(ctx, index);

	for (uint32_t i = 0; i < sizeof(resolvers) / sizeof(resolvers[0]); i++)
		if (resolvers[i](ctx, &query, plan) == RESOLVED)
			return;
	*plan = (struct plan_symbol){.kind = PLAN_PLAIN, .name = query.name};
	diag_refuse(ctx->diag, RULE_SYMBOL_MISSING, ctx->diff->patched.obj->path, query.target_name,
		    "%s has no symbol of this name that a livepatch could refer to", ctx->target->object);
}

uint32_t plan_symbol_of_ref(const struct diff *diff, const struct ref *ref)
{
	const struct elf_sym *sym = &diff->patched.obj->syms[ref->sym];
	uint32_t orig = ref->piece == PIECE_NONE ? PIECE_NONE : diff->corr->to_orig[ref->piece];

	if (ref->piece == PIECE_NONE)
		return ref->sym;
	/*
	 * A name that the patch gives to a place inside of what was there (`mid = data + 8`) means nothing to the
	 * running kernel.
	 */
	if (elf_sym_is_section(sym) || (orig != PIECE_NONE && !find_same_symbol(diff, ref->sym, orig)))
		return side_piece(&diff->patched, ref->piece)->sym;
	return ref->sym;
}

static void plan_part(struct context *ctx, const struct use_part *part)
{
	for (uint32_t i = 0; i < part->n; i++) {
		const struct use *use = &ctx->diff->selection->uses[part->first + i];
		uint32_t sym;

		if (use->use != REF_USE_EXISTING && use->use != REF_USE_UNDEFINED)
			continue;
		sym = plan_symbol_of_ref(ctx->diff, use->ref);
		if (sym && !ctx->plan->of_sym[sym].name)
			plan_symbol(ctx, sym);
	}
}

/*
 * A new global name that the target has already: the patch moves a function or variable from one file to another. Its
 * users elsewhere would stay with the old one, and a variable would have two values.
 */
static void refuse_moved(struct context *ctx)
{
	const struct side *patched = &ctx->diff->patched;

	for (uint32_t i = 1; i < patched->obj->nsyms; i++) {
		const struct elf_sym *sym = &patched->obj->syms[i];
		uint32_t p = patched->pieces->of_sym[i];
		struct found found;

		if (p == PIECE_NONE || elf_sym_is_local(sym) || !is_included(ctx->diff, p) ||
		    ctx->diff->corr->to_orig[p] != PIECE_NONE)
			continue;
		if (lookup_global(ctx->target->symtab, sym->name, &found))
			diag_refuse(
				ctx->diag, RULE_GLOBAL_MOVED, patched->obj->path, sym->name,
				"new in this file, but %s has a global symbol of this name: it moved from another file, or is no longer __init",
				ctx->target->object);
	}
}

int plan_new(const struct diff *diff, const struct plan_target *target, struct plan **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	const struct side *patched = &diff->patched;
	struct context ctx = {.diff = diff, .target = target, .diag = diag};
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	ctx.plan = plan;
	plan->arena = arena;
	plan->of_sym = arena_array(arena, struct plan_symbol, patched->obj->nsyms);
	for (uint32_t i = 0; i < diff->selection->nparts; i++)
		plan_part(&ctx, &diff->selection->parts[i]);
	refuse_moved(&ctx);
	*result = plan;
	return 0;
}

void plan_free(struct plan *plan)
{
	if (plan)
		arena_free(plan->arena);
}

int plan_find_function(const struct diff *diff, const struct plan_target *target, uint32_t orig,
		       struct plan_function *function, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->orig, orig);
	bool global = !elf_sym_is_local(&diff->orig.obj->syms[piece->sym]);
	const struct placement_record *record =
		target->placement ? placement_find(target->placement, piece->name, true) : NULL;
	struct found found = {0};
	int status;

	/* References go to what the link took, whoever's it is. But this code may be the one that it left out. */
	if (diff->orig.obj->syms[piece->sym].bind == STB_WEAK && !(record && record->target_name) &&
	    !(target->placement && target->placement->base_is_same))
		return diag_refuse(diag, RULE_SYMBOL_AMBIGUOUS, diff->patched.obj->path, piece->name,
				   "weak, and nothing tells whether %s has this definition or another file's; %s",
				   target->object, why_ambiguous(target));
	status = lookup_symbol(diff, target, piece->name, true, global, &found);
	if (status < 0)
		return diag_refuse(
			diag, RULE_SYMBOL_AMBIGUOUS, diff->patched.obj->path, piece->name,
			"%s has several functions of this name, or several source files of this one's name, and nothing tells which is meant; %s",
			target->object, why_ambiguous(target));
	if (!status)
		return diag_refuse(diag, RULE_SYMBOL_MISSING, diff->patched.obj->path, piece->name,
				   "%s has no function of this name", target->object);
	if (!lookup_has_sympos(target->symtab, &found))
		return refuse_sympos(diff, target, piece->name, diag);
	warn_of_name(diff, target, &found, diag);
	*function = (struct plan_function){.name = found.name, .sympos = found.sympos};
	return 0;
}
