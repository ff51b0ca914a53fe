// SPDX-License-Identifier: GPL-2.0-only
/* The table of the base check: what differs, and where each symbol was found. place.c fills it. */
#include "elf/model.h"
#include "kernel/names.h"
#include "place/place.h"
#include "target/symtab.h"
#include "util/arena.h"

void base_check_add_diff(struct base_check *check, uint32_t sec, uint64_t where, const char *reason)
{
	for (uint32_t i = 0; i < check->ndiffs; i++)
		if (check->diffs[i].sec == sec)
			return;
	check->diffs[check->ndiffs++] = (struct place_diff){sec, where, reason};
}

void base_check_free(struct base_check *check)
{
	if (check)
		arena_free(check->arena);
}

bool base_check_find_symbol(const struct base_check *check, uint32_t index, struct address *at)
{
	const struct elf_sym *sym = &check->obj->syms[index];
	const struct known_address *known = &check->syms[index];

	if (known->state == ADDRESS_KNOWN) {
		*at = known->at;
		return true;
	}
	if (!elf_sym_has_section(sym) || (check->obj->secs[sym->shndx].flags & SHF_MERGE))
		return false;
	known = &check->secs[sym->shndx];
	if (known->state != ADDRESS_KNOWN)
		return false;
	*at = (struct address){known->at.shndx, known->at.offset + sym->value};
	return true;
}

uint32_t base_check_find_record(const struct base_check *check, uint32_t index, struct address at)
{
	const struct symtab *tab = check->target->symtab;
	const char *name = check->obj->syms[index].name;
	uint32_t id = symtab_find_name_at(tab, name, at.shndx, at.offset);

	if (id != SYMTAB_NONE || elf_sym_is_undefined(&check->obj->syms[index]))
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
