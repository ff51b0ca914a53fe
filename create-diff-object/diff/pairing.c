// SPDX-License-Identifier: GPL-2.0-only
/* The map of pairs while it is made, and what can be a pair at all. */
#include "diff/pairing.h"

#include "kernel/names.h"

void pairing_add(struct pairing *pairing, uint32_t orig, uint32_t patched, enum corr_rule rule)
{
	pairing->corr->to_patched[orig] = patched;
	pairing->corr->to_orig[patched] = orig;
	pairing->corr->rule[patched] = rule;
}

bool pairing_is_same_sort(const struct pairing *pairing, uint32_t orig, uint32_t patched)
{
	const struct piece *o = side_piece(pairing->orig, orig), *p = side_piece(pairing->patched, patched);

	/* What was start-up code or data is gone; without its __init it is a new thing. */
	return o->kind == p->kind && (o->class == SEC_INIT) == (p->class == SEC_INIT);
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

	return piece->sym && elf_sym_is_local(&side->obj->syms[piece->sym]) && sym_name_parse(piece->name).has_number;
}

bool pairing_is_counted(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && piece->sym &&
	       elf_sym_is_local(&side->obj->syms[piece->sym]) && is_counted_name(piece->name) &&
	       data_classify(sec) != DATA_CONST && !is_descriptor_section(sec->name);
}
