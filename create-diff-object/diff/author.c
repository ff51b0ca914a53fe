// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request is a variable: an array of pointers, a structure, or a string (kmod/patch/klp-records.h). Which of them it
 * is tells its section.
 */
#include "diff/author.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

#define POINTER_SIZE sizeof(uint64_t)

struct context {
	const struct side *orig, *patched;
	const struct corr *corr;
	struct diag *diag;
	VEC(struct author_callback) callbacks;
	VEC(struct author_ignored) ignored;
	VEC(const char *) forced;
	uint32_t states;
};

static const char *file_of(const struct context *ctx)
{
	return ctx->patched->obj->path;
}

static void refuse_form(const struct context *ctx, const struct piece *piece)
{
	const char *section = side_section(ctx->patched, piece)->name;
	bool is_named = piece->kind != PIECE_ANON && *piece->name;

	/* (By a name the line is found.) */
	diag_refuse(ctx->diag, RULE_AUTHOR_SECTION, file_of(ctx), is_named ? piece->name : section,
		    "its form in section %s is not known; use the macros of kpatch-macros.h", section);
}

/* The reference at `at` of a piece, if it is a pointer to the start of another piece of this object; else NULL. */
static const struct ref *find_pointer(const struct side *side, const struct piece *piece, uint64_t at)
{
	const struct ref *refs;
	uint32_t n = side_refs(side, piece, &refs);

	for (uint32_t i = 0; i < n; i++)
		if (refs[i].offset == piece->entry + at && refs[i].type == side->obj->arch->reloc_abs64)
			return &refs[i];
	return NULL;
}

static void add_callback(struct context *ctx, enum klp_callback_kind kind, const struct ref *ref)
{
	const struct side *patched = ctx->patched;
	const char *what = author_kind_name((enum author_kind)(AUTHOR_PRE_PATCH + kind));
	const char *name = patched->obj->syms[ref->sym].name;
	const struct piece *function = ref->piece == PIECE_NONE ? NULL : side_piece(patched, ref->piece);

	if (function && *function->name)
		name = function->name;
	if (!function || function->kind != PIECE_FUNC || function->class != SEC_TEXT || ref->target ||
	    ctx->corr->to_orig[ref->piece] != PIECE_NONE) {
		diag_refuse(
			ctx->diag, RULE_CALLBACK_FUNCTION, file_of(ctx), name,
			"can't be a %s callback: that must be a function that the patch adds to this file, and not __init or __exit",
			what);
		return;
	}
	for (uint32_t i = 0; i < ctx->callbacks.n; i++) {
		const struct author_callback *other = &ctx->callbacks.v[i];

		if (other->kind == kind)
			diag_refuse(
				ctx->diag, RULE_CALLBACK_TWICE, file_of(ctx), name,
				"a second %s callback, beside %s: an object has one of each kind; call both from one function",
				what, side_piece(patched, other->function)->name);
	}
	vec_add(&ctx->callbacks, ((struct author_callback){kind, ref->piece}));
}

static void read_callbacks(struct context *ctx, enum author_kind kind, const struct piece *piece)
{
	uint64_t size = piece->end - piece->entry;

	if (!size || size % POINTER_SIZE) {
		refuse_form(ctx, piece);
		return;
	}
	for (uint64_t at = 0; at < size; at += POINTER_SIZE) {
		const struct ref *ref = find_pointer(ctx->patched, piece, at);

		if (ref)
			add_callback(ctx, (enum klp_callback_kind)(kind - AUTHOR_PRE_PATCH), ref);
		else
			refuse_form(ctx, piece);
	}
}

static uint64_t read_id(const struct elf_obj *obj, const struct elf_sec *sec, uint64_t at)
{
	return sec->data ? arch_get64(obj->arch, sec->data + at) : 0;
}

/* klp_for_each_state() (kernel/livepatch/state.c) stops at the id 0, and klp_get_state() finds the first of an id. */
static const char *find_state_fault(const struct elf_obj *obj, const struct elf_sec *sec, uint64_t start,
				    const struct klp_states_request *request)
{
	if (read_id(obj, sec, start + (request->n - 1) * request->size))
		return "has no terminator: its last element must be {}, whose id is 0";
	if (request->n == 1)
		return "holds no state, only the terminator";
	for (unsigned long i = 0; i < request->n - 1; i++) {
		uint64_t id = read_id(obj, sec, start + i * request->size);

		if (!id)
			return "has an element with the id 0 before the terminator";
		for (unsigned long k = 0; k < i; k++)
			if (read_id(obj, sec, start + k * request->size) == id)
				return "has two elements with one id";
	}
	return NULL;
}

static void read_states(struct context *ctx, const struct piece *piece)
{
	const struct side *patched = ctx->patched;
	const struct ref *ref = find_pointer(patched, piece, 0);
	const struct elf_sec *sec = side_section(patched, piece);
	const struct piece *array = !ref || ref->piece == PIECE_NONE ? NULL : side_piece(patched, ref->piece);
	struct klp_states_request request;
	const char *fault;

	if (!ref || !sec->data || piece->end - piece->entry != sizeof(request)) {
		refuse_form(ctx, piece);
		return;
	}
	request = (struct klp_states_request){
		.n = arch_get64(patched->obj->arch, sec->data + piece->entry + offsetof(struct klp_states_request, n)),
		.size = arch_get64(patched->obj->arch,
				   sec->data + piece->entry + offsetof(struct klp_states_request, size)),
	};
	if (!array || array->kind != PIECE_DATA || ref->target || ctx->corr->to_orig[ref->piece] != PIECE_NONE) {
		diag_refuse(ctx->diag, RULE_STATES_FORM, file_of(ctx),
			    array ? array->name : patched->obj->syms[ref->sym].name,
			    "is not an array of states that the patch adds to this file");
		return;
	}
	if (!request.n || request.size < sizeof(uint64_t) || request.n > (array->end - array->entry) / request.size) {
		refuse_form(ctx, piece);
		return;
	}
	fault = find_state_fault(patched->obj, side_section(patched, array), array->entry, &request);
	if (!fault && ctx->states != PIECE_NONE && ctx->states != ref->piece)
		fault = "is a second array of states; a livepatch has one";
	if (fault)
		diag_refuse(ctx->diag, RULE_STATES_FORM, file_of(ctx), array->name, "%s", fault);
	ctx->states = ref->piece;
}

/* The string that the piece is, or NULL. */
static const char *read_name(const struct context *ctx, const struct piece *piece)
{
	const struct elf_sec *sec = side_section(ctx->patched, piece);
	uint64_t size = piece->end - piece->entry;
	const char *text = sec->data ? (const char *)sec->data + piece->entry : NULL;

	return text && size > 1 && !text[size - 1] && strlen(text) + 1 == size ? text : NULL;
}

static bool is_function_of(const struct side *side, uint32_t p, const char *name)
{
	const struct piece *piece = side_piece(side, p);
	struct sym_name parsed = sym_name_parse(piece->name);

	return piece->kind == PIECE_FUNC && piece->root == p && parsed.base_len == strlen(name) &&
	       !strncmp(parsed.full, name, parsed.base_len);
}

static bool has_function(const struct side *side, const char *name)
{
	for (uint32_t p = 0; p < side->pieces->n; p++)
		if (is_function_of(side, p, name))
			return true;
	return false;
}

static void read_ignored_function(struct context *ctx, const char *name)
{
	if (has_function(ctx->patched, name))
		vec_add(&ctx->ignored, ((struct author_ignored){.name = name}));
	else
		diag_refuse(ctx->diag, RULE_IGNORE_UNMATCHED, file_of(ctx), name,
			    "the patch asks to leave out its changes, but this file has no such function");
}

static void read_ignored_section(struct context *ctx, const char *name)
{
	const struct elf_sec *sec = elf_obj_find_section(ctx->patched->obj, name);

	if (!sec)
		sec = elf_obj_find_section(ctx->orig->obj, name);
	if (!sec)
		diag_refuse(ctx->diag, RULE_IGNORE_UNMATCHED, file_of(ctx), name,
			    "the patch asks to leave out its changes, but this file has no such section");
	else if (sec_classify(sec) == SEC_SPECIAL)
		diag_refuse(
			ctx->diag, RULE_AUTHOR_SECTION, file_of(ctx), name,
			"its changes can't be left out, since its entries belong to functions; name the function instead");
	else
		vec_add(&ctx->ignored, ((struct author_ignored){.name = name, .is_section = true}));
}

static void read_forced(struct context *ctx, const char *name)
{
	if (has_function(ctx->patched, name))
		vec_add(&ctx->forced, name);
	else
		diag_refuse(ctx->diag, RULE_IGNORE_UNMATCHED, file_of(ctx), name,
			    "the patch forces it, but this file has no such function");
}

static void read_ignored(struct context *ctx, enum author_kind kind, const char *name)
{
	if (kind == AUTHOR_IGNORE_FUNCTION)
		read_ignored_function(ctx, name);
	else if (kind == AUTHOR_IGNORE_SECTION)
		read_ignored_section(ctx, name);
	else
		read_forced(ctx, name);
}

static void read_text(struct context *ctx, enum author_kind kind, const struct piece *piece)
{
	const char *name = read_name(ctx, piece);

	if (name)
		read_ignored(ctx, kind, name);
	else
		refuse_form(ctx, piece);
}

/* The function, or the text, that a pointer at `at` of a piece means; NULL: it is none. */
static const char *read_pointed(const struct context *ctx, enum author_kind kind, const struct piece *piece,
				uint64_t at, struct arena *arena)
{
	const struct ref *ref = find_pointer(ctx->patched, piece, at);
	const struct piece *target = ref && ref->piece != PIECE_NONE ? side_piece(ctx->patched, ref->piece) : NULL;
	const struct elf_sec *sec = target ? side_section(ctx->patched, target) : NULL;
	uint64_t offset = target ? target->entry + (uint64_t)ref->target : 0;

	if (!target)
		return NULL;
	if (kind == AUTHOR_IGNORE_FUNCTION)
		return target->kind == PIECE_FUNC && !ref->target
			       ? arena_printf(arena, "%.*s", (int)sym_name_parse(target->name).base_len, target->name)
			       : NULL;
	if (!sec->data || offset >= sec->size || !memchr(sec->data + offset, '\0', sec->size - offset))
		return NULL;
	return arena_strdup(arena, (const char *)sec->data + offset);
}

static void read_addresses(struct context *ctx, enum author_kind kind, const struct piece *piece, struct arena *arena)
{
	for (uint64_t at = 0; at < piece->region_end - piece->entry; at += POINTER_SIZE) {
		const char *name = read_pointed(ctx, kind, piece, at, arena);

		if (name)
			read_ignored(ctx, kind, name);
		else
			refuse_form(ctx, piece);
	}
}

static void read_request(struct context *ctx, const struct piece *piece, struct arena *arena)
{
	const char *section = side_section(ctx->patched, piece)->name;
	enum author_kind kind = author_kind(section, piece->name);

	/* Bytes without a name, or behind one, would be left out. */
	if (kind != AUTHOR_UNKNOWN && author_gives_addresses(section))
		read_addresses(ctx, kind, piece, arena);
	else if (piece->kind != PIECE_DATA || kind == AUTHOR_UNKNOWN)
		refuse_form(ctx, piece);
	else if (kind <= AUTHOR_POST_UNPATCH)
		read_callbacks(ctx, kind, piece);
	else if (kind == AUTHOR_STATES)
		read_states(ctx, piece);
	else
		read_text(ctx, kind, piece);
}

int author_new(const struct side *orig, const struct side *patched, const struct corr *corr, struct author **result,
	       struct diag *diag)
{
	struct context ctx = {orig, patched, corr, diag, .states = PIECE_NONE};
	struct arena *arena = arena_new();
	struct author *author = arena_alloc(arena, sizeof(*author));

	for (uint32_t p = 0; p < patched->pieces->n; p++)
		if (side_piece(patched, p)->class == SEC_AUTHOR)
			read_request(&ctx, side_piece(patched, p), arena);
	*author = (struct author){
		.callbacks = arena_memdup(arena, ctx.callbacks.v, ctx.callbacks.n * sizeof(*ctx.callbacks.v)),
		.ncallbacks = ctx.callbacks.n,
		.states = ctx.states,
		.ignored = arena_memdup(arena, ctx.ignored.v, ctx.ignored.n * sizeof(*ctx.ignored.v)),
		.nignored = ctx.ignored.n,
		.forced = arena_memdup(arena, ctx.forced.v, ctx.forced.n * sizeof(*ctx.forced.v)),
		.nforced = ctx.forced.n,
		.arena = arena,
	};
	vec_free(&ctx.callbacks);
	vec_free(&ctx.ignored);
	vec_free(&ctx.forced);
	*result = author;
	return diag_checkpoint(diag) == -EINVAL ? -EINVAL : 0;
}

void author_free(struct author *author)
{
	if (author)
		arena_free(author->arena);
}

bool author_is_ignored(const struct author_ignored *ignored, const struct side *side, uint32_t p)
{
	const struct piece *piece = side_piece(side, p);

	return ignored->is_section ? !strcmp(side_section(side, piece)->name, ignored->name)
				   : is_function_of(side, piece->root, ignored->name);
}

bool author_ignores_piece(const struct author *author, const struct side *side, uint32_t p)
{
	for (uint32_t i = 0; i < author->nignored; i++)
		if (author_is_ignored(&author->ignored[i], side, p))
			return true;
	return false;
}

bool author_ignores_section(const struct author *author, const char *section)
{
	for (uint32_t i = 0; i < author->nignored; i++)
		if (author->ignored[i].is_section && !strcmp(author->ignored[i].name, section))
			return true;
	return false;
}
