// SPDX-License-Identifier: GPL-2.0-only
/* See shuffle.h. */
#include "shuffle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "util/diag.h"

static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % below;
}

/* first..n - 1 in any order, as elements of order from first on. */
static void draw_order(uint64_t *state, uint32_t *order, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = n; i > first + 1; i--) {
		uint32_t k = first + (uint32_t)draw(state, i - first), other = order[i - 1];

		order[i - 1] = order[k];
		order[k] = other;
	}
}

/* Those of one name get back into their order, in the places that they have together. */
static void keep_order_of_names(const struct elf_obj *obj, uint32_t *order)
{
	for (uint32_t i = 1; i < obj->nsecs; i++)
		for (uint32_t k = i + 1; k < obj->nsecs; k++)
			if (order[k] < order[i] && !strcmp(obj->secs[order[i]].name, obj->secs[order[k]].name)) {
				uint32_t other = order[i];

				order[i] = order[k];
				order[k] = other;
			}
}

/* The builder makes these. (A group only says which of several objects the linker takes its sections from.) */
static bool is_made(const struct elf_obj *obj, uint32_t i)
{
	const struct elf_sec *sec = &obj->secs[i];

	return !i || sec->type == SHT_RELA || sec->type == SHT_SYMTAB || sec->type == SHT_SYMTAB_SHNDX ||
	       sec->type == SHT_GROUP || sec->type == SHT_STRTAB;
}

static void add_sections(const struct elf_obj *obj, const uint32_t *order, struct elf_out *out, uint32_t *ids)
{
	uint32_t n = 0;

	for (uint32_t i = 1; i < obj->nsecs; i++)
		if (!is_made(obj, order[i]))
			ids[order[i]] = ++n;
	for (uint32_t i = 1; i < obj->nsecs; i++) {
		const struct elf_sec *sec = &obj->secs[order[i]];
		struct elf_out_sec_attr attr = {
			.type = sec->type,
			.flags = sec->flags & ~(uint64_t)SHF_GROUP,
			.align = sec->align,
			.entsize = sec->entsize,
			.link = sec->flags & SHF_LINK_ORDER ? ids[sec->link] : 0,
		};

		if (is_made(obj, order[i]))
			continue;
		assert_int_equal(elf_out_add_section(out, sec->name, &attr), ids[order[i]]);
		elf_out_append(out, ids[order[i]], sec->data, sec->size, 1);
	}
}

static uint32_t add_symbol(const struct elf_sym *sym, struct elf_out *out, const uint32_t *sections)
{
	uint32_t sec = elf_sym_has_section(sym) ? sections[sym->shndx] : sym->shndx;

	if (elf_sym_is_section(sym))
		return sec ? elf_out_section_symbol(out, sec) : 0;
	return elf_out_add_symbol(out, &(struct elf_out_sym){
					       .name = sym->name,
					       .value = sym->value,
					       .size = sym->size,
					       .sec = sec,
					       .type = sym->type,
					       .bind = sym->bind,
					       .vis = sym->vis,
				       });
}

static void add_symbols(const struct elf_obj *obj, const uint32_t *order, struct elf_out *out, const uint32_t *sections,
			uint32_t *ids)
{
	for (uint32_t i = 1; i < obj->nsyms; i++)
		if (obj->syms[i].type == STT_FILE)
			ids[i] = add_symbol(&obj->syms[i], out, sections);
	for (uint32_t i = 1; i < obj->nsyms; i++)
		if (obj->syms[order[i]].type != STT_FILE)
			ids[order[i]] = add_symbol(&obj->syms[order[i]], out, sections);
}

void shuffle_write(const struct elf_obj *obj, uint64_t seed, const char *path)
{
	uint32_t *order = calloc(obj->nsecs > obj->nsyms ? obj->nsecs : obj->nsyms, sizeof(*order));
	uint32_t *sections = calloc(obj->nsecs, sizeof(*sections)), *symbols = calloc(obj->nsyms, sizeof(*symbols));
	uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
	struct elf_out *out = elf_out_new(obj->arch);
	struct diag diag = {.out = stderr};

	draw_order(&state, order, 1, obj->nsecs);
	keep_order_of_names(obj, order);
	add_sections(obj, order, out, sections);
	draw_order(&state, order, 1, obj->nsyms);
	add_symbols(obj, order, out, sections, symbols);
	for (uint32_t i = 1; i < obj->nsecs; i++)
		for (uint32_t k = 0; k < obj->secs[i].nrelas; k++) {
			const struct elf_rela *rela = &obj->secs[i].relas[k];

			elf_out_add_rela(out, sections[i], rela->offset, rela->type, symbols[rela->sym], rela->addend);
		}
	assert_int_equal(elf_out_write(out, path, &diag), 0);
	elf_out_free(out);
	free(symbols);
	free(sections);
	free(order);
}
