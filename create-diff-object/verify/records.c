// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reader of `.klp.funcs`, the table of patched functions that modules of this tool carry (kmod/patch/klp-records.h).
 * A record is four 64-bit words: object name, function name, new function (pointers, so relocations), position.
 */
#include <string.h>

#include "util/arena.h"
#include "verify/checks.h"

#define FUNCS_SECTION  ".klp.funcs"
#define RECORD_SIZE    32
#define OBJECT_FIELD   0
#define NAME_FIELD     8
#define POSITION_FIELD 24

/* The string that the pointer at offset of the table points to, or NULL. */
static const char *read_string(const struct verify *v, const struct elf_sec *sec, uint64_t offset)
{
	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];
		const struct elf_sym *sym = &v->mod->syms[rela->sym];
		const struct elf_sec *strings;
		uint64_t at;

		if (rela->offset != offset)
			continue;
		if (!elf_sym_has_section(sym))
			return NULL;
		strings = &v->mod->secs[sym->shndx];
		at = sym->value + (uint64_t)rela->addend;
		if (!strings->data || at >= strings->size || !memchr(strings->data + at, 0, strings->size - at))
			return NULL;
		return (const char *)strings->data + at;
	}
	return NULL;
}

void verify_read_funcs(struct verify *v)
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, FUNCS_SECTION);

	v->funcs_sec = sec;
	if (!sec || !sec->data)
		return;
	for (uint64_t at = 0; at + RECORD_SIZE <= sec->size; at += RECORD_SIZE) {
		struct klp_func_entry *entry = vec_push(&v->funcs);

		entry->offset = at;
		entry->object = read_string(v, sec, at + OBJECT_FIELD);
		entry->name = read_string(v, sec, at + NAME_FIELD);
		memcpy(&entry->position, sec->data + at + POSITION_FIELD, sizeof(entry->position));
		if (!entry->object || !entry->name)
			v->funcs.n--;
	}
}
