// SPDX-License-Identifier: GPL-2.0-only
/*
 * A use is told by what the instruction does and by the named things that the code refers to just before and after it:
 * the ___done of net_get_random_once(&secret, ...) is used between __do_once_start() and that secret. Registers and
 * distances are left out, for any change moves them.
 */
#include "diff/uses.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "util/arena.h"
#include "util/vec.h"

typedef VEC(uint64_t) hash_vec;

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash;
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
	return hash_bytes(hash, &number, sizeof(number));
}

/* The piece of the original object that stands for a piece of either, PIECE_NONE: none does. */
static uint32_t original_of(const struct pairing *pairing, const struct side *side, uint32_t id)
{
	if (side == pairing->patched)
		return pairing->corr->to_orig[id];
	return pairing->corr->to_patched[id] == PIECE_NONE ? PIECE_NONE : id;
}

/*
 * The string that a reference means, NULL: none. Its text is what it is known by: _printk("first thing") and
 * _printk("second").
 */
static const char *string_of(const struct side *side, const struct ref *ref)
{
	const struct piece *piece = side_piece(side, ref->piece);
	const struct elf_sec *sec = side_section(side, piece);
	uint64_t at = piece->entry + (uint64_t)ref->target;

	if (piece->class != SEC_STRINGS || !sec->data || at >= sec->size || !memchr(sec->data + at, 0, sec->size - at))
		return NULL;
	return (const char *)sec->data + at;
}

/* Puts into hash what a reference means, if that is the same thing on both sides for sure. */
static bool add_meaning(const struct pairing *pairing, const struct side *side, const struct ref *ref, uint64_t *hash)
{
	const char *name = side->obj->syms[ref->sym].name;
	uint32_t orig;

	if (ref->piece == PIECE_NONE) {
		if (!*name || !elf_sym_is_undefined(&side->obj->syms[ref->sym]))
			return false;
		*hash = hash_bytes(*hash, name, strlen(name));
		return true;
	}
	name = string_of(side, ref);
	if (name) {
		*hash = hash_bytes(*hash, name, strlen(name));
		return true;
	}
	orig = original_of(pairing, side, ref->piece);
	if (orig == PIECE_NONE)
		return false;
	*hash = hash_number(*hash, orig);
	return true;
}

/*
 * The first word of the instruction that has a byte of a section, as the assembler names it; from is where one starts.
 */
static uint64_t add_instruction(const struct side *side, const struct piece *piece, uint64_t offset, uint64_t hash)
{
	const struct elf_sec *sec = side_section(side, piece);
	const struct arch_ops *arch = side->obj->arch;
	char text[128];
	uint64_t at = piece->entry;
	struct arch_insn insn;

	while (at <= offset) {
		arch_step(arch, sec->data, sec->size, at, &insn);
		if (offset < at + insn.length)
			break;
		at += insn.length;
	}
	if (!arch->print(sec->data, sec->size, at, NULL, NULL, text, sizeof(text)))
		return hash;
	return hash_bytes(hash, text, strcspn(text, " \t"));
}

/* Adds the nearest thing that is named before or after a use, which is refs[i]. Returns its number, 0: nothing is. */
static uint64_t add_beside(const struct pairing *pairing, const struct side *side, const struct ref *refs, uint32_t n,
			   uint32_t i, bool after, hash_vec *beside)
{
	uint64_t hash = hash_number(0xcbf29ce484222325u, after);

	for (uint32_t k = i; after ? ++k < n : k-- > 0;) {
		if (!add_meaning(pairing, side, &refs[k], &hash))
			continue;
		vec_add(beside, hash);
		return hash;
	}
	return 0;
}

static void add_uses(const struct pairing *pairing, const struct side *side, uint32_t part, uint32_t id,
		     hash_vec *found, hash_vec *beside)
{
	const struct piece *piece = side_piece(side, part);
	uint32_t root = original_of(pairing, side, piece->root);
	const struct ref *refs;
	uint32_t n = side_refs(side, piece, &refs);

	for (uint32_t i = 0; i < n && root != PIECE_NONE; i++) {
		uint64_t hash = hash_number(0xcbf29ce484222325u, root);

		if (refs[i].piece != id)
			continue;
		hash = add_instruction(side, piece, refs[i].offset, hash);
		hash = hash_number(hash, (uint64_t)refs[i].target ^ (uint64_t)refs[i].type << 48);
		hash = hash_number(hash, add_beside(pairing, side, refs, n, i, false, beside));
		hash = hash_number(hash, add_beside(pairing, side, refs, n, i, true, beside));
		vec_add(found, hash);
	}
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static struct use_numbers in_order(const struct pairing *pairing, hash_vec *found)
{
	struct use_numbers numbers = {.n = found->n};

	if (found->n)
		qsort(found->v, found->n, sizeof(*found->v), compare_hashes);
	numbers.v = arena_memdup(pairing->arena, found->v, found->n * sizeof(*found->v));
	vec_free(found);
	return numbers;
}

struct uses uses_find(const struct pairing *pairing, const struct side *side, uint32_t id, const uint32_t *users,
		      uint32_t nusers)
{
	hash_vec found = {0}, beside = {0};

	for (uint32_t i = 0; i < nusers; i++) {
		const struct piece *user = side_piece(side, users[i]);

		if (user->kind != PIECE_FUNC)
			continue;
		add_uses(pairing, side, users[i], id, &found, &beside);
		if (user->part != PIECE_NONE)
			add_uses(pairing, side, user->part, id, &found, &beside);
	}
	return (struct uses){.whole = in_order(pairing, &found), .beside = in_order(pairing, &beside)};
}

static uint32_t count_common(const struct use_numbers *a, const struct use_numbers *b)
{
	uint32_t count = 0;

	for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
		if (a->v[i] == b->v[k]) {
			count++;
			i++;
			k++;
		} else if (a->v[i] < b->v[k]) {
			i++;
		} else {
			k++;
		}
	}
	return count;
}

struct likeness uses_compare(const struct uses *a, const struct uses *b)
{
	uint32_t whole = count_common(&a->whole, &b->whole);

	return (struct likeness){
		.is_same = whole == a->whole.n && whole == b->whole.n,
		.whole = whole,
		.beside = count_common(&a->beside, &b->beside),
	};
}

uint64_t uses_first(const struct side *side, uint32_t function, uint32_t id)
{
	uint32_t parts[] = {function, side_piece(side, function)->part};

	for (uint64_t k = 0; k < 2 && parts[k] != PIECE_NONE; k++) {
		const struct piece *piece = side_piece(side, parts[k]);
		const struct ref *refs;
		uint32_t n = side_refs(side, piece, &refs);

		for (uint32_t i = 0; i < n; i++)
			if (refs[i].piece == id)
				return (refs[i].offset - piece->start) | k << 62;
	}
	return USES_NOWHERE;
}
