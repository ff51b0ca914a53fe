// SPDX-License-Identifier: GPL-2.0-only
/*
 * A livepatch that is disabled may be removed, and its memory is given back. Whoever still has the address of a
 * function or variable that only the livepatch has (a timer, a delayed work, a notifier chain, the operations of an
 * open file) then runs or writes what is not there. The addresses of changed functions are no problem: those that are
 * given out are the kernel's own (see diff/select.c).
 *
 * The places where included code takes an address are followed by diff/escape.c. A variable leads to all whose
 * addresses stand in it, so its address is as good as theirs; what runs is told rather than the variable that holds it.
 * Variables without a name of their own (strings, constants, what macros make) are only ways to others: a text that is
 * given to printk() is not worth a word. But of a constant that is copied (diff/constants.c) all texts are, and
 * what the kernel kept of the old one it may keep of the new one.
 */
#include "klp/kept.h"

#include <string.h>

#include "arch/arch.h"
#include "diff/escape.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

/*
 * What an address may lead to: a patched piece, or a symbol that another object of the patch defines. One number space:
 * pieces, and behind them symbols.
 */
#define NODE_NONE UINT32_MAX

struct pointer {
	uint32_t from, to; /* nodes */
	int64_t at;        /* bytes from the entry of from */
	uint8_t size;      /* bytes */
};

struct context {
	const struct diff *diff;
	const struct plan *plan;
	struct diag *diag;
	struct arena *arena;
	uint32_t npieces, nnodes;
	VEC(struct pointer) pointers; /* in order of from */
	uint32_t *first;              /* by node: its first pointer; [nnodes] is the end */
	uint8_t least;                /* bytes of the smallest pointer */
	struct escape *escapes;       /* by node */
	bool *leads;                  /* by node: to something that is worth telling */
	bool *told;                   /* by node */
	VEC(const char *) names;
};

static const struct side *side_of(const struct context *ctx)
{
	return &ctx->diff->patched;
}

static const struct elf_sym *node_symbol(const struct context *ctx, uint32_t node)
{
	return node < ctx->npieces ? NULL : &side_of(ctx)->obj->syms[node - ctx->npieces];
}

static const char *node_name(const struct context *ctx, uint32_t node)
{
	return node < ctx->npieces ? side_piece(side_of(ctx), node)->name : node_symbol(ctx, node)->name;
}

/* What stands elsewhere may be a function. */
static bool is_function(const struct context *ctx, uint32_t node)
{
	return node >= ctx->npieces || side_piece(side_of(ctx), node)->kind == PIECE_FUNC;
}

static bool is_worth_telling(const struct context *ctx, uint32_t node)
{
	return node >= ctx->npieces || !side_piece(side_of(ctx), node)->anonymous;
}

/* What the address of a reference belongs to, if that is in the livepatch; else NODE_NONE. */
static uint32_t find_node(const struct context *ctx, const struct use *use)
{
	const struct elf_obj *obj = side_of(ctx)->obj;
	const struct ref *ref = use->ref;
	const struct piece *target;

	if (ref->is_branch)
		return NODE_NONE;
	/* What the original object refers to was there before. */
	if (use->use == REF_USE_UNDEFINED)
		return ctx->plan->of_sym[ref->sym].is_of_patch &&
				       !elf_obj_find_symbol(ctx->diff->orig.obj, obj->syms[ref->sym].name)
			       ? ctx->npieces + ref->sym
			       : NODE_NONE;
	if (use->use != REF_USE_COPY)
		return NODE_NONE;
	target = side_piece(side_of(ctx), ref->piece);
	if (target->class == SEC_SPECIAL_TEXT)
		return NODE_NONE;
	/*
	 * A label is for the function itself, also in a table. In other code what is beside the entry is a tagged
	 * pointer, `late | 1`.
	 */
	if (target->kind == PIECE_FUNC && (ref->target || target->root != ref->piece)) {
		const struct piece *source = side_piece(side_of(ctx), use->from);

		return source->kind == PIECE_FUNC && source->root != target->root ? target->root : NODE_NONE;
	}
	return ref->piece;
}

static void find_pointers(struct context *ctx)
{
	const struct selection *selection = ctx->diff->selection;
	uint32_t next = 0;

	for (uint32_t p = 0; p < selection->nparts; p++) {
		const struct use_part *part = &selection->parts[p];
		const struct piece *piece = side_piece(side_of(ctx), part->from);

		if (part->context != USE_IN_BODY || piece->kind == PIECE_FUNC)
			continue;
		for (uint32_t i = 0; i < part->n; i++) {
			const struct use *use = &selection->uses[part->first + i];
			uint32_t to = find_node(ctx, use);

			if (to != NODE_NONE)
				vec_add(&ctx->pointers,
					((struct pointer){part->from, to, (int64_t)(use->ref->offset - piece->entry),
							  side_of(ctx)->obj->arch->reloc(use->ref->type)->size}));
		}
	}
	ctx->least = 8;
	for (uint32_t i = 0; i < ctx->pointers.n; i++)
		if (ctx->pointers.v[i].size < ctx->least)
			ctx->least = ctx->pointers.v[i].size;
	for (uint32_t node = 0; node <= ctx->nnodes; node++) {
		while (next < ctx->pointers.n && ctx->pointers.v[next].from < node)
			next++;
		ctx->first[node] = next;
	}
}

/* Marks what an address leads to: the node itself, and all whose addresses stand there. */
static void mark(const struct context *ctx, uint32_t node, bool *reached)
{
	VEC(uint32_t) queue = {0};

	if (!reached[node])
		vec_add(&queue, node);
	reached[node] = true;
	while (queue.n) {
		uint32_t at = queue.v[--queue.n];

		for (uint32_t i = ctx->first[at]; i < ctx->first[at + 1]; i++) {
			uint32_t to = ctx->pointers.v[i].to;

			if (!reached[to])
				vec_add(&queue, to);
			reached[to] = true;
		}
	}
	vec_free(&queue);
}

static void find_leads(struct context *ctx)
{
	bool more = true;

	for (uint32_t node = 0; node < ctx->nnodes; node++)
		ctx->leads[node] = is_worth_telling(ctx, node);
	while (more) {
		more = false;
		for (uint32_t i = 0; i < ctx->pointers.n; i++) {
			const struct pointer *pointer = &ctx->pointers.v[i];

			if (!ctx->leads[pointer->to] || ctx->leads[pointer->from])
				continue;
			ctx->leads[pointer->from] = more = true;
		}
	}
}

static bool has_pointer_at(const void *arg, uint32_t piece, int64_t start, int64_t end)
{
	const struct context *ctx = arg;

	if (piece == PIECE_NONE)
		return false;
	for (uint32_t i = ctx->first[piece]; i < ctx->first[piece + 1]; i++)
		if (ctx->pointers.v[i].at < end && ctx->pointers.v[i].at + 8 > start)
			return true;
	return false;
}

/*
 * Do addresses stand where those that stand in a variable lead to? What another object of the patch defines is not
 * known.
 */
static bool is_deep(const struct context *ctx, uint32_t node)
{
	for (uint32_t i = ctx->first[node]; i < ctx->first[node + 1]; i++) {
		uint32_t to = ctx->pointers.v[i].to;

		if (to >= ctx->npieces || ctx->first[to] < ctx->first[to + 1])
			return true;
	}
	return false;
}

/* Code whose references are followed. */
struct walk {
	struct context *ctx;
	const struct use_part *part; /* a body or a block */
	uint32_t sec;
};

static void follow(void *arg, uint64_t at, const struct ref *ref)
{
	const struct walk *walk = arg;
	struct context *ctx = walk->ctx;
	const struct use *rows = &ctx->diff->selection->uses[walk->part->first];
	/* A part's rows are its references, one behind the other. */
	size_t row = walk->part->n && ref >= rows->ref ? (size_t)(ref - rows->ref) : walk->part->n;
	uint32_t node = row < walk->part->n ? find_node(ctx, &rows[row]) : NODE_NONE;
	struct escape_target target = {.has_pointer_at = has_pointer_at, .arg = ctx};

	if (node == NODE_NONE || !ctx->leads[node])
		return;
	target.has_pointers = ctx->first[node] < ctx->first[node + 1];
	target.is_deep = is_deep(ctx, node);
	target.size = ctx->least;
	escape_follow(side_of(ctx), walk->part->from, walk->sec, at, ref, &target, &ctx->escapes[node]);
}

static void follow_code(struct context *ctx, const struct use_part *part, uint32_t sec, uint64_t start, uint64_t end)
{
	struct walk walk = {ctx, part, sec};

	escape_visit_code(side_of(ctx), sec, start, end, follow, &walk);
}

/* Another object of the patch may read a new variable that it can see. */
static bool is_shared(const struct context *ctx, uint32_t p)
{
	const struct piece *piece = side_piece(side_of(ctx), p);

	return is_included(ctx->diff, p) && piece->kind == PIECE_DATA &&
	       !elf_sym_is_local(&side_of(ctx)->obj->syms[piece->sym]) && !piece->anonymous;
}

static void follow_all(struct context *ctx)
{
	const struct selection *selection = ctx->diff->selection;

	for (uint32_t i = 0; i < selection->nparts; i++) {
		const struct use_part *part = &selection->parts[i];
		const struct piece *piece = side_piece(side_of(ctx), part->from);

		if (part->context == USE_IN_BLOCK)
			follow_code(ctx, part, selection->blocks[part->id].sec, selection->blocks[part->id].start,
				    selection->blocks[part->id].end);
		else if (part->context == USE_IN_BODY && piece->kind == PIECE_FUNC)
			follow_code(ctx, part, piece->sec, piece->entry, piece->region_end);
		else if (part->context == USE_IN_BODY && is_shared(ctx, part->from) &&
			 ctx->first[part->from] < ctx->first[part->from + 1])
			ctx->escapes[part->from].content = (struct escape_path){ESCAPE_SHARED, NULL, part->from};
	}
}

static void tell(struct context *ctx, uint32_t node, uint32_t root, bool content, const struct escape_path *path)
{
	const char *name = node_name(ctx, node), *in = node_name(ctx, root), *within = "", *before = "";
	bool accepted;

	if (content && path->way != ESCAPE_SHARED)
		before = arena_printf(ctx->arena, "reads from %s and ", in);
	else if (content)
		within = arena_printf(ctx->arena, "is in %s, which ", in);
	else if (node != root)
		within = arena_printf(ctx->arena, "is in %s, whose address ", in);
	if (ctx->told[node])
		return;
	ctx->told[node] = true;
	accepted = diag_is_accepted(ctx->diag, RULE_ADDRESS_KEPT, name);
	if (!accepted)
		vec_add(&ctx->names, name);
	diag_warn(ctx->diag, RULE_ADDRESS_KEPT, side_of(ctx)->obj->path, name, "the kernel may keep %s, which %s%s%s",
		  content && node == root ? "an address in it" : "its address", within,
		  escape_path_text(ctx->arena, side_of(ctx), path, before),
		  accepted ? "" : ": the livepatch can be disabled, but not removed");
}

static bool is_copied_constant(const struct context *ctx, uint32_t node)
{
	return node < ctx->npieces && ctx->diff->changes->v[node].copied;
}

/* Of what an address leads to, functions are told, or if there is none, what is nearest. */
static void tell_reached(struct context *ctx, uint32_t root, bool content, const struct escape_path *path)
{
	bool *reached = arena_array(ctx->arena, bool, ctx->nnodes);
	bool any = false, told = false;

	if (content)
		for (uint32_t i = ctx->first[root]; i < ctx->first[root + 1]; i++)
			mark(ctx, ctx->pointers.v[i].to, reached);
	else
		mark(ctx, root, reached);
	for (uint32_t node = 0; node < ctx->nnodes; node++) {
		if (!reached[node] || !is_function(ctx, node))
			continue;
		tell(ctx, node, root, content, path);
		any = true;
	}
	if (!any && !content && is_worth_telling(ctx, root)) {
		tell(ctx, root, root, content, path);
		return;
	}
	for (uint32_t node = 0; node < ctx->nnodes && !any; node++)
		if (reached[node] && is_worth_telling(ctx, node)) {
			tell(ctx, node, root, content, path);
			told = true;
		}
	/* All texts of the table are the livepatch's now, and not only one that the patch has put into a function. */
	if (!any && !told && is_copied_constant(ctx, root))
		tell(ctx, root, root, content, path);
}

static void tell_all(struct context *ctx)
{
	for (uint32_t node = 0; node < ctx->nnodes; node++) {
		const struct escape *escape = &ctx->escapes[node];

		if (escape->address.way != ESCAPE_NOT)
			tell_reached(ctx, node, false, &escape->address);
		else if (escape->content.way != ESCAPE_NOT)
			tell_reached(ctx, node, true, &escape->content);
	}
}

int kept_new(const struct diff *diff, const struct plan *plan, struct kept **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct context ctx = {
		.diff = diff,
		.plan = plan,
		.diag = diag,
		.arena = arena,
		.npieces = diff->patched.pieces->n,
		.nnodes = diff->patched.pieces->n + diff->patched.obj->nsyms,
	};
	struct kept *kept = arena_alloc(arena, sizeof(*kept));

	ctx.first = arena_array(arena, uint32_t, ctx.nnodes + 1);
	ctx.escapes = arena_array(arena, struct escape, ctx.nnodes);
	ctx.leads = arena_array(arena, bool, ctx.nnodes);
	ctx.told = arena_array(arena, bool, ctx.nnodes);
	find_pointers(&ctx);
	find_leads(&ctx);
	follow_all(&ctx);
	tell_all(&ctx);
	kept->arena = arena;
	kept->names = arena_memdup(arena, ctx.names.v, ctx.names.n * sizeof(*ctx.names.v));
	kept->n = ctx.names.n;
	vec_free(&ctx.names);
	vec_free(&ctx.pointers);
	*result = kept;
	return 0;
}

void kept_free(struct kept *kept)
{
	if (kept)
		arena_free(kept->arena);
}
