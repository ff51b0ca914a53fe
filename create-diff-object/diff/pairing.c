// SPDX-License-Identifier: GPL-2.0-only
/* The map of pairs while it is made, and what can be a pair at all. */
#include "diff/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/names.h"
#include "util/arena.h"

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct side *side = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strverscmp(side_piece(side, x)->name, side_piece(side, y)->name);

	return order ? order : x < y ? -1 : x > y;
}

uint32_t *pairing_order(const struct side *side, struct arena *arena)
{
	uint32_t *order = arena_array(arena, uint32_t, side->pieces->n);

	for (uint32_t i = 0; i < side->pieces->n; i++)
		order[i] = i;
	if (side->pieces->n)
		qsort_r(order, side->pieces->n, sizeof(*order), compare_names, (void *)(uintptr_t)side);
	return order;
}

void pairing_add(struct pairing *pairing, uint32_t orig, uint32_t patched, enum corr_rule rule)
{
	pairing->corr->to_patched[orig] = patched;
	pairing->corr->to_orig[patched] = orig;
	pairing->corr->rule[patched] = rule;
}

bool pairing_is_same_sort(const struct pairing *pairing, uint32_t orig, uint32_t patched)
{
	const struct piece *o = side_piece(pairing->orig, orig), *p = side_piece(pairing->patched, patched);

	/* What was __init code or data is gone; without its __init it is a new thing. */
	return o->kind == p->kind && (o->class == SEC_INIT) == (p->class == SEC_INIT);
}

bool pairing_is_same_start(const struct pairing *pairing, uint32_t orig, uint32_t patched)
{
	const struct piece *o = side_piece(pairing->orig, orig), *p = side_piece(pairing->patched, patched);
	const struct elf_sec *o_sec = side_section(pairing->orig, o), *p_sec = side_section(pairing->patched, p);

	if (o->kind != PIECE_DATA || o->end - o->entry != p->end - p->entry ||
	    data_classify(o_sec) != data_classify(p_sec) || !o_sec->data != !p_sec->data)
		return false;
	return !o_sec->data || !memcmp(o_sec->data + o->entry, p_sec->data + p->entry, o->end - o->entry);
}

uint32_t pairing_find_free(const struct pairing *pairing, const char *name, uint32_t patched)
{
	uint32_t sym = elf_obj_find_symbol(pairing->orig->obj, name);
	uint32_t orig = sym ? pairing->orig->pieces->of_sym[sym] : PIECE_NONE;

	if (orig == PIECE_NONE || pairing->corr->to_patched[orig] != PIECE_NONE ||
	    !pairing_is_same_sort(pairing, orig, patched))
		return PIECE_NONE;
	return orig;
}

bool pairing_is_numbered(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);
	struct sym_name parsed = sym_name_parse(piece->name);

	return piece->sym && elf_sym_is_local(&side->obj->syms[piece->sym]) &&
	       (parsed.has_number || (parsed.has_owner && piece->kind == PIECE_DATA));
}

bool pairing_is_counted(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && piece->sym &&
	       elf_sym_is_local(&side->obj->syms[piece->sym]) && is_counted_name(piece->name) &&
	       data_classify(sec) != DATA_CONST && !is_descriptor_section(sec->name);
}
