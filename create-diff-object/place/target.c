// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image is one address space: sections sorted by address. In a module, a relocated field has its target in the
 * relocation that the link kept, with the symbol or the section of the merged object as its base.
 */
#include "place/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "object/relas.h"
#include "util/arena.h"
#include "util/search.h"

struct target_index {
	struct arena *arena; /* owns this too */
	uint32_t *by_addr;   /* image: indexes of sections with an address, sorted by it */
	uint32_t nby_addr;
	struct relas *relas; /* module: per section, those that do nothing left out; v NULL until asked for */
};

static int compare_sections(const void *a, const void *b, void *arg)
{
	const struct elf_obj *elf = arg;
	uint64_t addr_a = elf->secs[*(const uint32_t *)a].addr, addr_b = elf->secs[*(const uint32_t *)b].addr;

	return addr_a < addr_b ? -1 : addr_a > addr_b;
}

void target_init(struct target *target, const char *name, const struct elf_obj *elf, const struct symtab *symtab,
		 bool is_module)
{
	struct arena *arena = arena_new();
	struct target_index *index = arena_alloc(arena, sizeof(*index));

	*target = (struct target){.elf = elf, .symtab = symtab, .name = name, .is_module = is_module, .index = index};
	index->arena = arena;
	index->by_addr = arena_array(arena, uint32_t, elf->nsecs);
	index->relas = arena_array(arena, struct relas, elf->nsecs);
	for (uint32_t i = 1; i < elf->nsecs; i++)
		if ((elf->secs[i].flags & SHF_ALLOC) && elf->secs[i].size)
			index->by_addr[index->nby_addr++] = i;
	qsort_r(index->by_addr, index->nby_addr, sizeof(*index->by_addr), compare_sections, (void *)(uintptr_t)elf);
}

void target_free(struct target *target)
{
	if (target->index)
		arena_free(target->index->arena);
	target->index = NULL;
}

/* The section of a place, with the offset in it; NULL if there is none. */
static const struct elf_sec *find_section(const struct target *target, struct address at, uint64_t *offset)
{
	const struct target_index *index = target->index;
	const struct elf_sec *sec;
	uint32_t low;

	if (target->is_module) {
		sec = at.shndx < target->elf->nsecs ? &target->elf->secs[at.shndx] : NULL;
		*offset = at.offset;
		return sec && at.offset <= sec->size ? sec : NULL;
	}
	low = lower_bound(index->nby_addr, i, target->elf->secs[index->by_addr[i]].addr <= at.offset);
	if (!low)
		return NULL;
	sec = &target->elf->secs[index->by_addr[low - 1]];
	*offset = at.offset - sec->addr;
	return *offset <= sec->size ? sec : NULL;
}

uint64_t target_bytes_left(const struct target *target, struct address at, const uint8_t **bytes)
{
	uint64_t offset;
	const struct elf_sec *sec = find_section(target, at, &offset);

	*bytes = sec && sec->data ? sec->data + offset : NULL;
	return sec ? sec->size - offset : 0;
}

const uint8_t *target_bytes(const struct target *target, struct address at, uint64_t size)
{
	const uint8_t *bytes;

	return target_bytes_left(target, at, &bytes) >= size ? bytes : NULL;
}

bool target_is_text(const struct target *target, struct address at)
{
	uint64_t offset;
	const struct elf_sec *sec = find_section(target, at, &offset);

	return sec && elf_sec_is_text(sec);
}

bool target_has_symbol(const struct target *target, const char *name)
{
	return symtab_find(target->symtab, name) != SYMTAB_NONE ||
	       symtab_find_uncounted(target->symtab, name) != SYMTAB_NONE;
}

bool target_has_name(const struct target *target, const char *name, struct address at)
{
	const struct symtab *tab = target->symtab;

	if (symtab_find_name_at(tab, name, at.shndx, at.offset) != SYMTAB_NONE)
		return true;
	for (uint32_t i = symtab_find_uncounted(tab, name); i < tab->nsyms; i++)
		if (!strcmp(tab->syms[i].name, name) && tab->syms[i].shndx == at.shndx &&
		    tab->syms[i].addr == at.offset)
			return true;
	return false;
}

static uint32_t find_border(const struct target *target, const char *section, enum table_border border)
{
	char symbol[128];

	table_border_name(section, border, symbol, sizeof(symbol));
	return symtab_find(target->symtab, symbol);
}

static bool find_table_by_symbols(const struct target *target, const char *section, struct address *start,
				  uint64_t *size)
{
	uint32_t first = find_border(target, section, TABLE_BEGIN), last = find_border(target, section, TABLE_END);
	const struct symtab_sym *syms = target->symtab->syms;

	if (first == SYMTAB_NONE || last == SYMTAB_NONE || syms[first].addr > syms[last].addr)
		return false;
	*start = (struct address){0, syms[first].addr};
	*size = syms[last].addr - syms[first].addr;
	return target_bytes(target, *start, *size) != NULL;
}

bool target_find_table(const struct target *target, const char *section, struct address *start, uint64_t *size)
{
	uint32_t index = elf_obj_find_section_index(target->elf, section);

	if (!index)
		return !target->is_module && (find_table_by_symbols(target, section, start, size) ||
					      find_table_by_symbols(target, table_border_stem(section), start, size));
	*start = target->is_module ? (struct address){index, 0} : (struct address){0, target->elf->secs[index].addr};
	*size = target->elf->secs[index].size;
	return true;
}

static enum target_field read_image_field(const struct target *target, struct address at, const struct elf_rela *rela,
					  const struct arch_reloc *reloc, struct address *base)
{
	const uint8_t *bytes = target_bytes(target, at, reloc->size);
	uint64_t value;

	if (!bytes)
		return TARGET_FIELD_NONE;
	value = target->elf->arch->read_field(reloc, bytes);
	if (reloc->pc_relative)
		value += at.offset;
	*base = (struct address){0, value - (uint64_t)rela->addend};
	return TARGET_FIELD_ADDRESS;
}

const struct elf_rela **target_relas(const struct target *target, struct address at, uint64_t size, uint32_t *n)
{
	struct relas *relas;
	uint32_t first;

	*n = 0;
	if (!target->is_module || at.shndx >= target->elf->nsecs)
		return NULL;
	relas = &target->index->relas[at.shndx];
	if (!relas->v)
		*relas = relas_sorted_writing(&target->elf->secs[at.shndx], target->elf->arch, target->index->arena);
	first = relas_first(relas, at.offset);
	while (first + *n < relas->n && relas->v[first + *n]->offset - at.offset < size)
		(*n)++;
	return relas->v + first;
}

static enum target_field read_module_field(const struct target *target, struct address at, const struct elf_rela *rela,
					   const struct arch_reloc *reloc, struct address *base, const char **name)
{
	uint32_t n;
	const struct elf_rela **relas = target_relas(target, at, 1, &n), *linked = n ? relas[0] : NULL;
	const struct arch_reloc *linked_reloc = linked ? target->elf->arch->reloc(linked->type) : NULL;
	const struct elf_sym *sym;

	/* PC32 and PLT32 mean the same here: there is no procedure linkage table. */
	if (!linked_reloc || linked_reloc->size != reloc->size || linked_reloc->pc_relative != reloc->pc_relative ||
	    linked_reloc->sign_extend != reloc->sign_extend)
		return TARGET_FIELD_NONE;
	sym = &target->elf->syms[linked->sym];
	if (elf_sym_is_undefined(sym)) {
		if (linked->addend != rela->addend)
			return TARGET_FIELD_NONE;
		*name = sym->name;
		return TARGET_FIELD_EXTERNAL;
	}
	if (!elf_sym_has_section(sym))
		return TARGET_FIELD_NONE;
	*base = (struct address){sym->shndx, sym->value + (uint64_t)linked->addend - (uint64_t)rela->addend};
	return TARGET_FIELD_ADDRESS;
}

enum target_field target_read_field(const struct target *target, struct address at, const struct elf_rela *rela,
				    struct address *base, const char **name)
{
	const struct arch_reloc *reloc = target->elf->arch->reloc(rela->type);

	if (!reloc->known || (reloc->size != 4 && reloc->size != 8))
		return TARGET_FIELD_NONE;
	return target->is_module ? read_module_field(target, at, rela, reloc, base, name)
				 : read_image_field(target, at, rela, reloc, base);
}
