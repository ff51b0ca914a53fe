// SPDX-License-Identifier: GPL-2.0-only
/*
 * L8: every patched function can be patched. The kernel finds it by (name, sympos) and needs an ftrace location
 * in it; code that is freed after init, or that ftrace must not touch, has none.
 */
#include <stdlib.h>
#include <string.h>

#include "target/symtab.h"
#include "util/arena.h"
#include "util/search.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/target.h"

/* All ftrace locations of vmlinux, sorted. */
struct locations {
	uint64_t *v;
	uint64_t n;
};

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void read_locations(struct verify *v, struct locations *locations)
{
	uint64_t start = verify_symbol_address(v, MCOUNT_BEGIN);
	uint64_t stop = verify_symbol_address(v, MCOUNT_END);
	const struct elf_sec *sec = start < stop ? verify_find_image_section(v, start) : NULL;

	if (!sec || !sec->data || stop - sec->addr > sec->size)
		return;
	locations->n = (stop - start) / sizeof(uint64_t);
	locations->v = arena_memdup(v->arena, sec->data + (start - sec->addr), locations->n * sizeof(uint64_t));
	qsort(locations->v, locations->n, sizeof(uint64_t), compare_u64);
}

/* The address of the next symbol that has another one. */
static uint64_t function_end(const struct symtab *tab, uint64_t addr)
{
	uint32_t i = symtab_find_addr(tab, 0, addr);

	while (i != SYMTAB_NONE && i < tab->nby_addr && tab->syms[tab->by_addr[i]].addr == addr)
		i++;
	return i < tab->nby_addr ? tab->syms[tab->by_addr[i]].addr : UINT64_MAX;
}

/* As ftrace_location() of the kernel: anywhere from the function's start to the next symbol. */
static bool has_location(const struct locations *locations, uint64_t start, uint64_t end)
{
	uint32_t low = lower_bound(locations->n, i, locations->v[i] < start);

	return low < locations->n && locations->v[low] < end;
}

static void check_vmlinux_function(struct verify *v, const struct klp_func_entry *func,
				   const struct locations *locations)
{
	uint32_t count = symtab_count(v->symbols, func->name), id;
	const char *section = v->funcs_sec->name;
	uint64_t addr;

	if (!count || func->sympos > count || (count > 1 && !func->sympos)) {
		verify_violated(v, section, func->offset, func->name,
				"klp_init_object_loaded() does not find the function",
				"vmlinux has %u functions of that name, and the sympos is %lu", count,
				(unsigned long)func->sympos);
		return;
	}
	id = verify_find_sympos(v->symbols, func->name, func->sympos);
	addr = v->symbols->syms[id].addr;
	if (verify_is_init_address(v, addr))
		verify_violated(v, section, func->offset, func->name, "its memory was freed after boot",
				"an __init function is patched");
	else if (locations->n && !has_location(locations, addr, function_end(v->symbols, addr)))
		verify_violated(v, section, func->offset, func->name, "klp_patch_func() finds no ftrace location in it",
				"the function can't be traced (notrace, noinstr or built without ftrace)");
}

static void check_module_function(struct verify *v, const struct klp_func_entry *func)
{
	const struct verify_module *module = verify_find_module(v, func->object);
	const char *problem = verify_find_in_module(v, func->object, func->name, func->sympos);
	uint32_t id;

	if (problem) {
		verify_violated(v, v->funcs_sec->name, func->offset, func->name,
				"klp_init_object_loaded() does not find the function", "%s", problem);
		return;
	}
	if (!module)
		return;
	id = verify_find_sympos(module->symbols, func->name, func->sympos);
	if (!verify_module_lists(module, MCOUNT_SECTION, id, false))
		verify_violated(v, v->funcs_sec->name, func->offset, func->name,
				"klp_patch_func() finds no ftrace location in it",
				"the function can't be traced (notrace, noinstr or built without ftrace)");
}

/* The kernel compares with the module's own name, which has no `-`: the patch would load, and wait for ever. */
static bool is_object_name(const char *object)
{
	return *object && !strchr(object, '-');
}

static void check_function(struct verify *v, uint32_t i, const struct locations *locations)
{
	const struct klp_func_entry *func = &v->funcs.v[i];

	for (uint32_t j = 0; j < i; j++) {
		const struct klp_func_entry *other = &v->funcs.v[j];

		/* 0 and 1 are the same sympos: the only one, or the first. */
		if (!strcmp(func->object, other->object) && !strcmp(func->name, other->name) &&
		    (func->sympos ? func->sympos : 1) == (other->sympos ? other->sympos : 1))
			verify_violated(v, v->funcs_sec->name, func->offset, func->name,
					"the second sysfs directory of that name fails, and the livepatch is refused",
					"the function is patched twice");
	}
	if (!is_object_name(func->object))
		verify_violated(v, v->funcs_sec->name, func->offset, func->name,
				"klp_find_object_module() never finds it",
				"module names have no -: \"%s\" should have _ instead", func->object);
	else if (!strcmp(func->object, KLP_VMLINUX))
		check_vmlinux_function(v, func, locations);
	else
		check_module_function(v, func);
}

void verify_check_functions(struct verify *v)
{
	struct locations locations = {0};

	if (!v->funcs_sec) {
		verify_skipped(v, "the module has no .klp.funcs table that lists the patched functions");
		return;
	}
	for (uint32_t i = 0; i < v->bad_records.n; i++)
		verify_violated(v, v->bad_records.v[i].section, v->bad_records.v[i].offset, NULL,
				v->bad_records.v[i].why, "%s", v->bad_records.v[i].what);
	read_locations(v, &locations);
	if (!locations.n)
		verify_skipped(v, "ftrace locations: not found in the image");
	for (uint32_t i = 0; i < v->funcs.n; i++)
		check_function(v, i, &locations);
}
