// SPDX-License-Identifier: GPL-2.0-only
/*
 * A helper that the patch changes is inlined into skb_init(), which has run, and into functions that still run. That
 * the livepatch has the latter only is what its author means. It is not if the change is skb_init()'s own: a macro made
 * another number of `kmem_cache_create("skbuff_small_head", SKB_SMALL_HEAD_CACHE_SIZE)`, and the functions of the
 * livepatch write behind the objects of the cache that the running kernel has; or if nothing else has the helper, so
 * that half of the fix is lost.
 *
 * The debug information tells which instructions are of an inlined function that a hunk touches. All others are the
 * function's own: their numbers, what they refer to and what they compute have to be the same on both sides. In which
 * order, in which registers but those of arguments, and where a jump goes to, is the compiler's.
 */
#include "diff/init-code.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "diff/origin.h"
#include "elf/debug.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/vec.h"

#define MAX_INLINED 16

typedef VEC(const char *) name_vec;

struct own_code {
	VEC(int64_t) numbers;
	name_vec targets; /* of references */
	name_vec insns;   /* each with its numbers and targets: "and", "argument 2 = 0x40" */
};

struct walk {
	const struct diff *diff;
	const struct side *side;
	struct arena *arena;
	struct own_code own;
	name_vec inlined; /* functions that a hunk touches and whose code is there, each once */
};

static void walk_end(struct walk *walk)
{
	vec_free(&walk->own.numbers);
	vec_free(&walk->own.targets);
	vec_free(&walk->own.insns);
	vec_free(&walk->inlined);
}

static void add_name(name_vec *names, const char *name)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return;
	vec_add(names, name);
}

/* Is the instruction of inlined functions that hunks touch? */
static bool add_inlined(struct walk *walk, uint32_t sec, uint64_t at)
{
	struct debug_inlined inlined[MAX_INLINED];
	uint32_t n = debug_find_inlined(debug_of(walk->side->obj), sec, at, inlined, MAX_INLINED);
	bool is_touched = false;

	for (uint32_t i = 0; i < n; i++)
		if (origin_of(walk->diff->origin, inlined[i].name) == ORIGIN_HUNK) {
			add_name(&walk->inlined, inlined[i].name);
			is_touched = true;
		}
	return is_touched;
}

/* Clones of a function do the same for this purpose. */
static const char *name_of_target(struct arena *arena, const struct side *side, const struct ref *ref)
{
	const struct piece *target = ref->piece == PIECE_NONE ? NULL : side_piece(side, ref->piece);
	const char *name = target ? target->name : side->obj->syms[ref->sym].name;

	/* Strings have no names; what is in them is the source's. */
	if (target && target->kind == PIECE_ANON) {
		const struct elf_sec *sec = side_section(side, target);
		uint64_t offset = target->entry + (uint64_t)ref->target;

		if ((sec->flags & SHF_STRINGS) && sec->data && offset < sec->size)
			return arena_printf(arena, "\"%.*s", (int)(sec->size - offset), sec->data + offset);
		return sec->name;
	}
	return source_name_copy(arena, name);
}

/* The word for what it does; "" if it only moves what is there, or decides where to go on. */
static const char *find_operation(struct walk *walk, const struct elf_sec *text, const struct arch_insn *insn)
{
	const struct arch_ops *arch = walk->side->obj->arch;
	char word[ARCH_WORD_MAX];
	struct arch_load load;

	if (arch->decode_load(text->data, text->size, insn->offset, &load))
		return load.argument ? arena_printf(walk->arena, "argument %u =", load.argument) : "";
	if (insn->is_branch || insn->is_call || insn->is_jump_always ||
	    arch->padding(text->data, text->size, insn->offset) ||
	    !arch->operation(text->data, text->size, insn->offset, word))
		return "";
	return arena_strdup(walk->arena, word);
}

static void add_own(struct walk *walk, const struct elf_sec *text, const struct ref *refs, uint32_t nrefs,
		    const struct arch_insn *insn, uint32_t root)
{
	uint64_t at = insn->offset;
	struct arch_number numbers[2];
	unsigned int n = walk->side->obj->arch->numbers(text->data, text->size, at, numbers);
	const char *words = find_operation(walk, text, insn);

	for (unsigned int i = 0; i < n; i++) {
		bool is_relocated = false;

		for (uint32_t k = 0; k < nrefs; k++)
			is_relocated |= refs[k].offset == at + numbers[i].field_offset;
		if (is_relocated)
			continue;
		vec_add(&walk->own.numbers, numbers[i].value);
		words = arena_printf(walk->arena, "%s %#llx", words, (unsigned long long)numbers[i].value);
	}
	for (uint32_t k = 0; k < nrefs; k++)
		if (refs[k].piece == PIECE_NONE || side_piece(walk->side, refs[k].piece)->root != root) {
			const char *target = name_of_target(walk->arena, walk->side, &refs[k]);

			vec_add(&walk->own.targets, target);
			words = arena_printf(walk->arena, "%s %s", words, target);
		}
	if (*words)
		vec_add(&walk->own.insns, words);
}

/* Code of one function, or only the names of what is inlined there. */
static void walk_code(struct walk *walk, uint32_t p, bool with_own)
{
	const struct piece *piece = side_piece(walk->side, p);
	const struct elf_sec *text = side_section(walk->side, piece);
	struct arch_insn insn;

	for (uint64_t at = piece->entry; at < piece->region_end; at += insn.length) {
		const struct ref *refs;
		uint32_t n;

		if (!arch_step(walk->side->obj->arch, text->data, text->size, at, &insn))
			continue;
		n = refs_in_range(walk->side->refs, piece->sec, at, at + insn.length, &refs);
		if (!add_inlined(walk, piece->sec, at) && with_own)
			add_own(walk, text, refs, n, &insn, piece->root);
	}
}

static void walk_function(struct walk *walk, uint32_t p)
{
	uint32_t part = side_piece(walk->side, p)->part;

	walk_code(walk, p, true);
	if (part != PIECE_NONE)
		walk_code(walk, part, true);
}

static int compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(name_vec *names)
{
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), compare_names);
}

static void sort(struct own_code *own)
{
	if (own->numbers.n)
		qsort(own->numbers.v, own->numbers.n, sizeof(*own->numbers.v), compare_numbers);
	sort_names(&own->targets);
	sort_names(&own->insns);
}

static bool are_equal(const name_vec *a, const name_vec *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

static const char *compare_own(struct own_code *orig, struct own_code *patched)
{
	sort(orig);
	sort(patched);
	if (orig->numbers.n != patched->numbers.n ||
	    (orig->numbers.n &&
	     memcmp(orig->numbers.v, patched->numbers.v, orig->numbers.n * sizeof(*orig->numbers.v)) != 0))
		return "a number in it differs (from a macro, or the size of something)";
	if (!are_equal(&orig->targets, &patched->targets))
		return "it refers to something else";
	return NULL;
}

/* Does an included function that still runs have the code, or is it that one? */
static void find_included(struct walk *orig, struct walk *patched)
{
	const struct diff *diff = patched->diff;

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		if (piece->kind != PIECE_FUNC || piece->class == SEC_INIT || !is_included(diff, p))
			continue;
		add_name(&patched->inlined, source_name_copy(patched->arena, piece->name));
		walk_code(patched, p, false);
		if (diff->corr->to_orig[p] != PIECE_NONE)
			walk_code(orig, diff->corr->to_orig[p], false);
	}
}

static const char *find_missing(const name_vec *names, const name_vec *in, const name_vec *or_in)
{
	for (uint32_t i = 0; i < names->n; i++) {
		bool is_there = false;

		for (uint32_t k = 0; k < in->n && !is_there; k++)
			is_there = !strcmp(in->v[k], names->v[i]);
		for (uint32_t k = 0; k < or_in->n && !is_there; k++)
			is_there = !strcmp(or_in->v[k], names->v[i]);
		if (!is_there)
			return names->v[i];
	}
	return NULL;
}

static const char *check(struct walk *orig, struct walk *patched, uint32_t p, struct arena *arena)
{
	const struct diff *diff = patched->diff;
	struct walk o = {.diff = diff, .side = &diff->orig, .arena = arena};
	struct walk n = {.diff = diff, .side = &diff->patched, .arena = arena};
	const char *why, *missing;

	walk_function(orig, diff->corr->to_orig[p]);
	walk_function(patched, p);
	why = compare_own(&orig->own, &patched->own);
	if (why)
		return why;
	if (!orig->inlined.n && !patched->inlined.n)
		return "nothing is inlined into it that the patch changes";
	find_included(&o, &n);
	missing = find_missing(&orig->inlined, &o.inlined, &n.inlined);
	if (!missing)
		missing = find_missing(&patched->inlined, &o.inlined, &n.inlined);
	walk_end(&o);
	walk_end(&n);
	if (missing)
		return arena_printf(arena, "%s(), which is inlined into it, is in no function of the livepatch",
				    missing);
	return are_equal(&orig->own.insns, &patched->own.insns)
		       ? NULL
		       : "it computes something else, or passes it as another argument";
}

const char *init_code_why_needed(const struct diff *diff, uint32_t p, struct arena *arena)
{
	struct walk orig = {.diff = diff, .side = &diff->orig, .arena = arena};
	struct walk patched = {.diff = diff, .side = &diff->patched, .arena = arena};
	const char *why;

	if (!debug_of(diff->orig.obj) || !debug_of(diff->patched.obj))
		return "there is no debug information";
	why = check(&orig, &patched, p, arena);
	walk_end(&orig);
	walk_end(&patched);
	return why;
}
