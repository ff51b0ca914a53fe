// SPDX-License-Identifier: GPL-2.0-only
/*
 * The closure: start with what changed or is new to others, follow every reference that must go to a copy.
 *
 * A direct call or jump to a changed function goes to its new copy. Taking its address gives the original (see
 * "identity" in doc/relocation-rules.md): the address may be stored and outlive the patch, and it may be compared with
 * one that was stored before; ftrace leads whoever calls it to the new copy. But of a static function that is only
 * called GCC makes no place to land on for an indirect call (endbr64, -fcf-protection=branch): a processor with IBT
 * would stop there. Nobody has stored that address, and it is the new copy's, which has one.
 *
 * Each reference is judged once, when it is followed. The rows stay, and all later passes read them.
 */
#include "diff/select.h"

#include "arch/arch.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

/*
 * What stands in a section that is not known is never copied. By its name it is referred to as anything else is; but
 * that must be its name for sure: BTF_ID() makes `__BTF_ID__struct__file__639167` of __COUNTER__, and the name may be
 * its neighbour's now.
 */
static bool can_be_named(const struct diff *diff, const struct ref *ref)
{
	const struct piece *target = side_piece(&diff->patched, ref->piece);
	const struct piece *orig = side_piece(&diff->orig, diff->corr->to_orig[ref->piece]);

	if (target->entry != orig->entry || target->end != orig->end)
		return false;
	return target->kind == PIECE_DATA || (target->kind == PIECE_FUNC && !ref->target && target->root == ref->piece);
}

static bool is_landing(const struct side *side, uint32_t p)
{
	const struct piece *piece = side_piece(side, p);
	const struct elf_sec *text = side_section(side, piece);

	return side->obj->arch->is_landing(text->data, text->size, piece->entry);
}

/* Can the address of the running function not be called, but that of its new copy? */
static bool is_new_landing(const struct diff *diff, uint32_t p)
{
	return diff->changes->v[p].change == CHANGE_CHANGED && !is_landing(&diff->orig, diff->corr->to_orig[p]) &&
	       is_landing(&diff->patched, p);
}

/* Of a reference to a function that the original has too. */
static enum use_reason reason_of_function(const struct diff *diff, uint32_t from, const struct ref *ref)
{
	const struct side *patched = &diff->patched;
	const struct piece *target = side_piece(patched, ref->piece);
	bool is_entry = ref->target == 0 && target->root == ref->piece;

	/* Another name for this function that the kernel may have given to a function of another object. */
	if (is_entry && patched->obj->syms[ref->sym].bind == STB_WEAK && ref->sym != target->sym)
		return USE_WEAK;
	/* Labels inside of a function are its own: a fixup, a jump to its .cold part. */
	if (target->root == side_piece(patched, from)->root && (!is_entry || ref->is_branch))
		return USE_OWN;
	/* A label in a table (switch, computed goto) is a place in new code: only an entry is the same in old code. */
	if (!is_entry && !ref->is_branch)
		return USE_LABEL;
	if (!ref->is_branch)
		return is_new_landing(diff, ref->piece) ? USE_ADDRESS_CALLED : USE_ADDRESS;
	return diff->changes->v[ref->piece].change == CHANGE_CHANGED ? USE_CALL_CHANGED : USE_CALL_SAME;
}

/* Why a reference to what is no piece, in a section of the object, is meant as it is. */
static enum use_reason reason_of_place(const struct side *patched, enum use_context context, uint32_t from,
				       const struct ref *ref)
{
	uint32_t id = context == USE_IN_BODY ? side_find_entry(patched, ref) : ENTRY_NONE;
	uint32_t owner = id == ENTRY_NONE ? PIECE_NONE : patched->entries->v[id].owner;

	return owner != PIECE_NONE && side_piece(patched, owner)->root == side_piece(patched, from)->root
		       ? USE_OWN_ENTRY
		       : USE_UNKNOWN_SECTION;
}

static enum use_reason reason_in_body(const struct diff *diff, uint32_t from, const struct ref *ref)
{
	const struct side *patched = &diff->patched;
	const struct piece *target;
	bool has_partner;

	if (ref->piece == PIECE_NONE)
		return USE_NOT_DEFINED;
	target = side_piece(patched, ref->piece);
	has_partner = diff->corr->to_orig[ref->piece] != PIECE_NONE;
	if (target->class == SEC_UNKNOWN || target->class == SEC_AUTHOR)
		return has_partner && can_be_named(diff, ref) ? USE_BY_NAME : USE_UNKNOWN_SECTION;
	if (target->kind == PIECE_FUNC && has_partner)
		return reason_of_function(diff, from, ref);
	if (diff->changes->v[ref->piece].labels == LABELS_OWN || diff->changes->v[ref->piece].copied)
		return USE_COPIED;
	return has_partner ? USE_OF_KERNEL : USE_NEW;
}

static enum use_reason find_reason(const struct diff *diff, enum use_context context, uint32_t from,
				   const struct ref *ref)
{
	const struct side *patched = &diff->patched;

	if (ref->piece == PIECE_NONE && elf_sym_has_section(&patched->obj->syms[ref->sym]))
		return reason_of_place(patched, context, from, ref);
	/* In an entry or a block, what points into the function means the copy. */
	if (context != USE_IN_BODY && ref->piece != PIECE_NONE &&
	    side_piece(patched, ref->piece)->root == side_piece(patched, from)->root)
		return USE_OWN;
	return reason_in_body(diff, from, ref);
}

/* What comes of each reason. */
static const struct {
	enum ref_use use;
	const char *text;
} reasons[] = {
	[USE_NOT_DEFINED] = {REF_USE_UNDEFINED, "another object defines it"},
	[USE_UNKNOWN_SECTION] = {REF_USE_NOWHERE, "its section has an unknown meaning"},
	[USE_OWN_ENTRY] = {REF_USE_ENTRY, "the copy: an entry for the function itself"},
	[USE_BY_NAME] = {REF_USE_EXISTING, "the kernel's, by its name; its section has an unknown meaning"},
	[USE_OWN] = {REF_USE_COPY, "the copy: a label inside of the function itself"},
	[USE_WEAK] = {REF_USE_EXISTING, "the kernel's: a weak name, which another object may override"},
	[USE_LABEL] = {REF_USE_COPY, "the copy: a label of the new code"},
	[USE_ADDRESS] = {REF_USE_EXISTING, "the kernel's: its address may be stored or compared"},
	[USE_ADDRESS_CALLED] = {REF_USE_COPY, "the copy: the original is no target of an indirect branch"},
	[USE_CALL_CHANGED] = {REF_USE_COPY, "the copy: a call of a changed function"},
	[USE_CALL_SAME] = {REF_USE_EXISTING, "the kernel's: a call of a function that did not change"},
	[USE_COPIED] = {REF_USE_COPY, "the copy: it changed, and is copied into the livepatch"},
	[USE_OF_KERNEL] = {REF_USE_EXISTING, "the kernel's: it exists there"},
	[USE_NEW] = {REF_USE_COPY, "the copy: new, or without a name"},
};

const char *selection_reason_text(enum use_reason reason)
{
	return reasons[reason].text;
}

struct context {
	const struct diff *diff;
	struct selection *selection;
	VEC(struct text_block) blocks;
	VEC(struct use) uses;
	/* each body and block is followed by its entries; in the order in which they were found */
	VEC(struct use_part) parts;
	uint32_t *part_of_piece; /* by patched piece; of what is included */
	VEC(uint32_t) part_of_block;
	VEC(uint32_t) queue; /* included pieces whose references are not followed yet */
};

static bool is_root(enum why why)
{
	return why == WHY_CHANGED || why == WHY_NEW || why == WHY_ASKED;
}

static void include(struct context *ctx, uint32_t piece, enum why why, uint32_t by)
{
	if (ctx->selection->v[piece].why != WHY_NOT)
		return;
	ctx->selection->v[piece].why = why;
	ctx->selection->v[piece].by = by;
	ctx->selection->nroots += is_root(why);
	vec_add(&ctx->queue, piece);
}

static bool is_init(const struct piece *piece)
{
	return piece->class == SEC_INIT || piece->class == SEC_VDSO;
}

static void include_roots(struct context *ctx)
{
	const struct side *patched = &ctx->diff->patched;
	const struct author *author = ctx->diff->author;

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);
		const struct change_info *info = &ctx->diff->changes->v[p];

		if (is_init(piece) || piece->root != p)
			continue;
		if (piece->kind == PIECE_FUNC && info->change == CHANGE_CHANGED && !info->copied)
			include(ctx, p, WHY_CHANGED, PIECE_NONE);
		else if (info->change == CHANGE_NEW && piece->sym &&
			 !elf_sym_is_local(&patched->obj->syms[piece->sym]) && !piece->anonymous &&
			 (piece->class == SEC_TEXT || piece->class == SEC_DATA))
			include(ctx, p, WHY_NEW, PIECE_NONE);
	}
	for (uint32_t i = 0; i < author->ncallbacks; i++)
		include(ctx, author->callbacks[i].function, WHY_ASKED, PIECE_NONE);
	if (author->states != PIECE_NONE)
		include(ctx, author->states, WHY_ASKED, PIECE_NONE);
}

/* Judges the references of a body or block, and of its entries. */
static void add_parts(struct context *ctx, const struct use_part *whole, struct side_walk walk)
{
	uint32_t body = ctx->parts.n;
	struct side_part found;

	while (side_walk_next(&walk, &found)) {
		struct use_part part = *whole;

		part.body = body;
		part.first = ctx->uses.n;
		part.n = found.n;
		if (found.entry) {
			part.context = USE_IN_ENTRY;
			part.id = found.id;
		}
		for (uint32_t i = 0; i < part.n; i++) {
			const struct ref *ref = &found.refs[i];
			enum use_reason reason = find_reason(ctx->diff, part.context, part.from, ref);

			vec_add(&ctx->uses, ((struct use){ref, part.from, part.context, reasons[reason].use, reason}));
		}
		vec_add(&ctx->parts, part);
	}
}

static void follow_parts(struct context *ctx, uint32_t first);

static void follow_block(struct context *ctx, const struct text_block *block)
{
	const struct use_part whole = {.context = USE_IN_BLOCK, .from = block->owner, .id = ctx->blocks.n};
	uint32_t first = ctx->parts.n;

	for (uint32_t i = 0; i < ctx->blocks.n; i++) {
		const struct text_block *known = &ctx->blocks.v[i];

		if (known->sec == block->sec && known->start == block->start && known->end == block->end &&
		    known->owner == block->owner)
			return;
	}
	add_parts(ctx, &whole, side_walk_text(&ctx->diff->patched, block->sec, block->start, block->end));
	vec_add(&ctx->blocks, *block);
	vec_add(&ctx->part_of_block, first);
	follow_parts(ctx, first);
}

static void follow_copy(struct context *ctx, const struct use *use)
{
	const struct elf_obj *obj = ctx->diff->patched.obj;
	const struct piece *target = side_piece(&ctx->diff->patched, use->ref->piece);

	if (target->class == SEC_SPECIAL_TEXT) {
		uint64_t start = target->entry + (uint64_t)use->ref->target;

		follow_block(ctx, &(struct text_block){
					  .sec = target->sec,
					  .owner = use->from,
					  .start = start,
					  .end = refs_special_text_end(obj, target->sec, start),
				  });
		return;
	}
	include(ctx, use->ref->piece, WHY_NEEDED, use->from);
	include(ctx, target->root, WHY_NEEDED, use->from);
}

static void follow_entry(struct context *ctx, const struct entry *entry, const struct use *use)
{
	struct replacement by;

	/* Only the entry knows how long a replacement is. */
	if (side_replacement(&ctx->diff->patched, entry, &by) && by.ref == use->ref)
		follow_block(ctx, &(struct text_block){
					  .sec = by.sec,
					  .owner = use->from,
					  .start = by.start,
					  .end = by.end,
					  .is_replacement = true,
				  });
	else if (use->ref->offset != entry->offset && use->use == REF_USE_COPY)
		follow_copy(ctx, use);
}

/* Follows what was added since. More is added meanwhile, so that rows are copied. */
static void follow_parts(struct context *ctx, uint32_t first)
{
	for (uint32_t p = first, end = ctx->parts.n; p < end; p++) {
		const struct use_part part = ctx->parts.v[p];

		for (uint32_t i = 0; i < part.n; i++) {
			const struct use use = ctx->uses.v[part.first + i];

			if (part.context == USE_IN_ENTRY)
				follow_entry(ctx, &ctx->diff->patched.entries->v[part.id], &use);
			else if (use.use == REF_USE_COPY)
				follow_copy(ctx, &use);
		}
	}
}

static void follow(struct context *ctx, uint32_t id)
{
	const struct use_part whole = {.context = USE_IN_BODY, .from = id, .id = id};
	uint32_t first = ctx->parts.n, part = side_piece(&ctx->diff->patched, id)->part;

	ctx->part_of_piece[id] = first;
	add_parts(ctx, &whole, side_walk_piece(&ctx->diff->patched, id));
	follow_parts(ctx, first);
	if (part != PIECE_NONE)
		include(ctx, part, WHY_PART, id);
}

/* Takes over a body or block with its entries. */
static void keep_parts(const struct context *ctx, uint32_t first, struct selection *selection)
{
	uint32_t body = selection->nparts;

	for (uint32_t p = first; p < ctx->parts.n && ctx->parts.v[p].body == first; p++) {
		selection->parts[selection->nparts] = ctx->parts.v[p];
		selection->parts[selection->nparts++].body = body;
	}
}

/* Brings the parts into an order that does not depend on which was found first. */
static void keep_uses(const struct context *ctx, struct selection *selection)
{
	selection->uses = arena_memdup(selection->arena, ctx->uses.v, ctx->uses.n * sizeof(*ctx->uses.v));
	selection->parts = arena_array(selection->arena, struct use_part, ctx->parts.n);
	for (uint32_t p = 0; p < ctx->diff->patched.pieces->n; p++)
		if (selection->v[p].why != WHY_NOT)
			keep_parts(ctx, ctx->part_of_piece[p], selection);
	for (uint32_t i = 0; i < ctx->blocks.n; i++)
		keep_parts(ctx, ctx->part_of_block.v[i], selection);
}

int selection_new(const struct diff *diff, struct selection **result)
{
	struct arena *arena = arena_new();
	struct context ctx = {.diff = diff};

	ctx.selection = arena_alloc(arena, sizeof(*ctx.selection));
	ctx.selection->arena = arena;
	ctx.selection->v = arena_alloc(arena, sizeof(*ctx.selection->v) * (diff->patched.pieces->n + 1));
	ctx.part_of_piece = calloc(diff->patched.pieces->n + 1, sizeof(*ctx.part_of_piece));
	if (!ctx.part_of_piece)
		memory_exhausted();
	include_roots(&ctx);
	while (ctx.queue.n)
		follow(&ctx, ctx.queue.v[--ctx.queue.n]);
	vec_free(&ctx.queue);
	ctx.selection->nblocks = ctx.blocks.n;
	ctx.selection->blocks = arena_memdup(arena, ctx.blocks.v, ctx.blocks.n * sizeof(*ctx.blocks.v));
	keep_uses(&ctx, ctx.selection);
	vec_free(&ctx.blocks);
	vec_free(&ctx.uses);
	vec_free(&ctx.parts);
	vec_free(&ctx.part_of_block);
	free(ctx.part_of_piece);
	*result = ctx.selection;
	return 0;
}

/* Does the chain of those that need a piece end at a change? known: n pieces, those of which it is known. */
static bool has_reason(const struct selection *selection, uint32_t p, bool *known, uint32_t n)
{
	uint32_t end = p;

	for (uint32_t steps = 0; !known[end] && !is_root(selection->v[end].why); end = selection->v[end].by)
		if (selection->v[end].why == WHY_NOT || steps++ == n)
			return false;
	for (; p != end; p = selection->v[p].by)
		known[p] = true;
	return known[end] = true;
}

/* The first thing that a part needs a copy of, and that is not included; or PIECE_NONE. */
static uint32_t find_missing(const struct diff *diff, const struct use_part *part)
{
	const struct use *uses = &diff->selection->uses[part->first];

	for (uint32_t i = 0; i < part->n; i++)
		if (uses[i].use == REF_USE_COPY &&
		    side_piece(&diff->patched, uses[i].ref->piece)->class != SEC_SPECIAL_TEXT &&
		    !is_included(diff, uses[i].ref->piece))
			return uses[i].ref->piece;
	return PIECE_NONE;
}

static bool is_running_variable(const struct diff *diff, uint32_t p)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	return piece->kind == PIECE_DATA && diff->corr->to_orig[p] != PIECE_NONE &&
	       data_classify(side_section(&diff->patched, piece)) != DATA_CONST;
}

int selection_check(const struct diff *diff, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	struct arena *arena = arena_new();
	bool *known = arena_array(arena, bool, patched->pieces->n);
	int err = 0;

	for (uint32_t i = 0; i < diff->selection->nparts && !err; i++) {
		const struct use_part *part = &diff->selection->parts[i];
		uint32_t p = part->from, missing = find_missing(diff, part);
		const char *name = side_piece(patched, p)->name;

		if (missing != PIECE_NONE)
			err = diag_error(diag, patched->obj->path, name,
					 "internal error: needs %s, which is not included",
					 side_piece(patched, missing)->name);
		else if (is_running_variable(diff, p))
			err = diag_error(diag, patched->obj->path, name,
					 "internal error: a copy of a variable that the kernel has is included");
		else if (!has_reason(diff->selection, p, known, patched->pieces->n))
			err = diag_error(diag, patched->obj->path, name, "internal error: included for no reason");
	}
	arena_free(arena);
	return err;
}

void selection_free(struct selection *selection)
{
	if (selection)
		arena_free(selection->arena);
}
