// SPDX-License-Identifier: GPL-2.0-only
/* The table of the base check: what differs, and where each symbol was found. place.c fills it. */
#include "elf/model.h"
#include "kernel/names.h"
#include "place/place.h"
#include "target/symtab.h"
#include "util/arena.h"

void proof_add_diff(struct proof *pl, uint32_t sec, uint64_t where, const char *reason)
{
	for (uint32_t i = 0; i < pl->ndiffs; i++)
		if (pl->diffs[i].sec == sec)
			return;
	pl->diffs[pl->ndiffs++] = (struct place_diff){sec, where, reason};
}

void proof_free(struct proof *pl)
{
	if (pl)
		arena_free(pl->arena);
}

bool proof_find_symbol(const struct proof *pl, uint32_t index, struct place *at)
{
	const struct elf_sym *sym = &pl->obj->syms[index];
	const struct spot *spot = &pl->syms[index];

	if (spot->state == SPOT_PLACED) {
		*at = spot->at;
		return true;
	}
	if (!elf_sym_has_section(sym) || (pl->obj->secs[sym->shndx].flags & SHF_MERGE))
		return false;
	spot = &pl->secs[sym->shndx];
	if (spot->state != SPOT_PLACED)
		return false;
	*at = (struct place){spot->at.shndx, spot->at.offset + sym->value};
	return true;
}

uint32_t proof_find_record(const struct proof *pl, uint32_t index, struct place at)
{
	const struct symtab *tab = pl->host->symtab;
	const char *name = pl->obj->syms[index].name;
	uint32_t id = symtab_find_name_at(tab, name, at.shndx, at.offset);

	if (id != SYMTAB_NONE || elf_sym_is_undefined(&pl->obj->syms[index]))
		return id;
	/* A static local or a clone may have got another number: `state.3` here, `state.5` there. */
	for (uint32_t i = symtab_find_addr(tab, at.shndx, at.offset); i < tab->nby_addr; i++) {
		const struct symtab_sym *record = &tab->syms[tab->by_addr[i]];

		if (record->addr != at.offset || (tab->relocatable && record->shndx != at.shndx))
			break;
		if (sym_name_same_base(name, record->name))
			return tab->by_addr[i];
	}
	return SYMTAB_NONE;
}
