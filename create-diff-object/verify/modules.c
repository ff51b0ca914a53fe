// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules are found by file name below the given directory (target/modules.h), and read once.
 */
#include "verify/modules.h"

#include <string.h>

#include "target/image.h"
#include "target/modules.h"
#include "target/symtab.h"
#include "util/arena.h"
#include "util/diag.h"
#include "verify/checks.h"
#include "verify/target.h"

/* Reads the file if it holds the module, which may give itself another name than the file has. */
static bool read_module(void *arg, const char *path)
{
	struct verify_module *module = arg;
	struct diag quiet = {0};
	const char *name;

	if (image_read(path, &module->image, &quiet))
		return false;
	if (!image_read_elf(module->image, &module->obj, &quiet)) {
		name = verify_module_name(module->obj);
		if ((!name || !strcmp(name, module->name)) && !symtab_read_elf(module->obj, &module->symbols, &quiet))
			return true;
		elf_obj_free(module->obj);
	}
	image_free(module->image);
	*module = (struct verify_module){.name = module->name};
	return false;
}

const struct verify_module *verify_find_module(struct verify *v, const char *name)
{
	struct verify_module *module = NULL;

	for (uint32_t i = 0; i < v->modules.n; i++)
		if (!strcmp(v->modules.v[i].name, name))
			module = &v->modules.v[i];
	if (!module) {
		module = vec_push(&v->modules);
		module->name = name;
		if (v->modules_dir)
			modules_find(v->modules_dir, name, read_module, module);
	}
	if (module->symbols)
		return module;
	verify_skipped(
		v, arena_printf(v->arena, "module %s: %s", name,
				v->modules_dir ? "not found in the directory, or not readable" : "no --modules given"));
	return NULL;
}

const char *verify_find_in_module(struct verify *v, const char *module, const char *symbol, uint64_t sympos)
{
	const struct verify_module *found = verify_find_module(v, module);
	uint32_t count, id;

	if (!found)
		return NULL;
	count = symtab_count(found->symbols, symbol);
	if (!count)
		return arena_printf(v->arena, "module %s has no symbol %s", module, symbol);
	if (count > 1 && !sympos)
		return arena_printf(v->arena, "module %s has %u symbols %s, and the sympos is 0", module, count,
				    symbol);
	if (sympos > count)
		return arena_printf(v->arena, "module %s has %u symbol%s %s, and the sympos is %lu", module, count,
				    count == 1 ? "" : "s", symbol, (unsigned long)sympos);
	/* While the module is being loaded, its .init* sections are there and their symbols count. */
	id = symtab_find_uncounted(found->symbols, symbol);
	if (id < verify_find_sympos(found->symbols, symbol, sympos))
		return arena_printf(
			v->arena,
			"module %s has a symbol %s before this one that is freed after init: while the module is being loaded, sympos %lu means that one",
			module, symbol, (unsigned long)(sympos ? sympos : 1));
	if (id != SYMTAB_NONE && !sympos)
		return arena_printf(
			v->arena,
			"module %s has more than one symbol %s until its init sections are freed, and the sympos is 0",
			module, symbol);
	return NULL;
}

bool verify_module_lists(const struct verify_module *module, const char *table, uint32_t id, bool only_start)
{
	const struct elf_sec *sec = elf_obj_find_section(module->obj, table);
	const struct symtab_sym *wanted = &module->symbols->syms[id];

	for (uint32_t i = 0; sec && i < sec->nrelas; i++) {
		const struct elf_sym *sym = &module->obj->syms[sec->relas[i].sym];
		uint64_t at = sym->value + (uint64_t)sec->relas[i].addend;

		if (sym->shndx == wanted->shndx && at >= wanted->addr &&
		    (only_start ? at == wanted->addr : at < wanted->addr + wanted->size))
			return true;
	}
	return false;
}

void verify_free_modules(struct verify *v)
{
	for (uint32_t i = 0; i < v->modules.n; i++) {
		symtab_free(v->modules.v[i].symbols);
		elf_obj_free(v->modules.v[i].obj);
		image_free(v->modules.v[i].image);
	}
	vec_free(&v->modules);
}
