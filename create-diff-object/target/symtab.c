// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table: which of its records the kernel counts, in what order, and what can be asked of it. See symtab.h for why
 * the order matters. Files are read by symtab-read.c and symtab-text.c.
 */
#include "target/symtab.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/names.h"
#include "target/symtab-make.h"
#include "util/arena.h"
#include "util/search.h"

struct symtab *symtab_new(const char *path)
{
	struct arena *arena = arena_new();
	struct symtab *tab = arena_alloc(arena, sizeof(*tab));

	tab->arena = arena;
	tab->path = arena_strdup(arena, path);
	return tab;
}

void symtab_free(struct symtab *tab)
{
	if (!tab)
		return;
	strmap_free(&tab->by_name);
	strmap_free(&tab->by_name_rest);
	arena_free(tab->arena);
}

/* ---- order and sympos ---- */

/* By place, and at one place in the order of the source. */
static int compare_places(const void *a, const void *b, void *arg)
{
	const struct symtab *tab = arg;
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	const struct symtab_sym *sa = &tab->syms[ia], *sb = &tab->syms[ib];

	if (tab->relocatable && sa->shndx != sb->shndx)
		return sa->shndx < sb->shndx ? -1 : 1;
	if (sa->addr != sb->addr)
		return sa->addr < sb->addr ? -1 : 1;
	return ia < ib ? -1 : ia > ib;
}

/* Appends a counted symbol to the chain of its name. last[] has the end of the chain that starts at an id. */
static void chain_symbol(struct symtab *tab, uint32_t id, uint32_t *last)
{
	struct symtab_sym *sym = &tab->syms[id];
	uint32_t first = strmap_add(&tab->by_name, sym->name, id);

	sym->pos = 1;
	sym->next = SYMTAB_NONE;
	if (first != STRMAP_NONE) {
		sym->pos = tab->syms[last[first]].pos + 1;
		tab->syms[last[first]].next = id;
	} else {
		first = id;
	}
	last[first] = id;
}

void symtab_index(struct symtab *tab, symtab_symbols *syms, const bool *counted)
{
	uint32_t *last = arena_array(tab->arena, uint32_t, syms->n);

	tab->nsyms = syms->n;
	tab->syms = arena_memdup(tab->arena, syms->v, syms->n * sizeof(*syms->v));
	tab->by_addr = arena_array(tab->arena, uint32_t, syms->n);
	for (uint32_t i = 0; i < tab->nsyms; i++) {
		struct symtab_sym *sym = &tab->syms[i];

		sym->next = SYMTAB_NONE;
		sym->pos = 0;
		tab->has_files |= sym->kind == SYMTAB_FILE;
		if (counted[i])
			tab->by_addr[tab->nby_addr++] = i;
		else if (sym->kind != SYMTAB_FILE && sym->shndx != SHN_UNDEF && *sym->name)
			strmap_add(&tab->by_name_rest, sym->name, i);
	}
	qsort_r(tab->by_addr, tab->nby_addr, sizeof(*tab->by_addr), compare_places, tab);
	if (tab->relocatable) {
		for (uint32_t i = 0; i < tab->nsyms; i++)
			if (counted[i])
				chain_symbol(tab, i, last);
	} else {
		for (uint32_t i = 0; i < tab->nby_addr; i++)
			chain_symbol(tab, tab->by_addr[i], last);
	}
	vec_free(syms);
}

void symtab_assign_files(symtab_symbols *syms)
{
	uint32_t file = SYMTAB_NONE;

	for (uint32_t i = 0; i < syms->n; i++) {
		if (syms->v[i].kind == SYMTAB_FILE)
			file = i;
		syms->v[i].file = syms->v[i].local ? file : SYMTAB_NONE;
	}
}

/* ---- lookup ---- */

static uint32_t find(const struct strmap *map, const char *name)
{
	uint32_t id = strmap_get(map, name);

	return id == STRMAP_NONE ? SYMTAB_NONE : id;
}

uint32_t symtab_find(const struct symtab *tab, const char *name)
{
	return find(&tab->by_name, name);
}

uint32_t symtab_find_uncounted(const struct symtab *tab, const char *name)
{
	return find(&tab->by_name_rest, name);
}

uint32_t symtab_count(const struct symtab *tab, const char *name)
{
	uint32_t n = 0;

	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		n++;
	return n;
}

uint32_t symtab_sympos(const struct symtab *tab, uint32_t id)
{
	const struct symtab_sym *sym = &tab->syms[id];
	bool is_unique = sym->pos == 1 && sym->next == SYMTAB_NONE;

	if (tab->relocatable && symtab_find_uncounted(tab, sym->name) != SYMTAB_NONE)
		is_unique = false;
	return is_unique ? 0 : sym->pos;
}

/* Ids are in the order of the table, and so is what by_name_rest has: none of the name stands before this one. */
bool symtab_has_sympos(const struct symtab *tab, uint32_t id)
{
	return !tab->relocatable || symtab_find_uncounted(tab, tab->syms[id].name) > id;
}

static bool is_between(const struct symtab *tab, uint32_t id, const char *begin_name, const char *end_name)
{
	uint32_t begin = symtab_find(tab, begin_name), end = symtab_find(tab, end_name);

	return begin != SYMTAB_NONE && end != SYMTAB_NONE && tab->syms[id].addr >= tab->syms[begin].addr &&
	       tab->syms[id].addr < tab->syms[end].addr;
}

bool symtab_is_freed(const struct symtab *tab, uint32_t id)
{
	return !tab->relocatable && is_between(tab, id, FREED_BEGIN, FREED_END) &&
	       !is_between(tab, id, PERCPU_BEGIN, PERCPU_END);
}

static bool is_before_addr(const struct symtab *tab, const struct symtab_sym *sym, uint32_t shndx, uint64_t addr)
{
	return tab->relocatable && sym->shndx != shndx ? sym->shndx < shndx : sym->addr < addr;
}

uint32_t symtab_find_addr(const struct symtab *tab, uint32_t shndx, uint64_t addr)
{
	uint32_t low = lower_bound(tab->nby_addr, i, is_before_addr(tab, &tab->syms[tab->by_addr[i]], shndx, addr));

	if (low < tab->nby_addr) {
		const struct symtab_sym *sym = &tab->syms[tab->by_addr[low]];

		if (sym->addr == addr && (!tab->relocatable || sym->shndx == shndx))
			return low;
	}
	return SYMTAB_NONE;
}

uint32_t symtab_find_name_at(const struct symtab *tab, const char *name, uint32_t shndx, uint64_t addr)
{
	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		if (tab->syms[id].addr == addr && (!tab->relocatable || tab->syms[id].shndx == shndx))
			return id;
	return SYMTAB_NONE;
}
