// SPDX-License-Identifier: GPL-2.0-only
/* See made-global.h. */
#include "place/made-global.h"

#include "elf/model.h"
#include "place/placement.h"

static bool is_named(const struct elf_sym *sym)
{
	return *sym->name && !elf_sym_is_undefined(sym) && sym->type != STT_SECTION && sym->type != STT_FILE;
}

void made_global_find(const struct elf_obj *orig, const struct elf_obj *patched, const struct placement *placement,
		      made_global_vec *found)
{
	struct strmap globals = {0};

	for (uint32_t i = 1; i < patched->nsyms; i++)
		if (is_named(&patched->syms[i]) && !elf_sym_is_local(&patched->syms[i]))
			strmap_add(&globals, patched->syms[i].name, i);
	for (uint32_t i = 1; i < orig->nsyms; i++) {
		const struct elf_sym *sym = &orig->syms[i];
		const struct placement_record *record;

		if (!is_named(sym) || !elf_sym_is_local(sym) || strmap_get(&globals, sym->name) == STRMAP_NONE)
			continue;
		record = placement_find(placement, sym->name, true);
		if (record)
			vec_add(found, record);
	}
	strmap_free(&globals);
}
