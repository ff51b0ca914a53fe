// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules are found by file name below the given directory: `nf-tables.ko.xz` is the module nf_tables.
 */
#include "verify/modules.h"

#include <fts.h>
#include <string.h>

#include "target/symtab.h"
#include "util/arena.h"
#include "util/diag.h"
#include "verify/checks.h"

/* Is file (`nf-tables.ko.xz`) that of the module? */
static bool is_file_of_module(const char *file, const char *module)
{
	for (; *module; file++, module++)
		if (*file != *module && !(*file == '-' && *module == '_'))
			return false;
	return !strcmp(file, ".ko") || !strncmp(file, ".ko.", strlen(".ko."));
}

static char *find_file(struct verify *v, const char *module)
{
	char *const roots[] = {(char *)(uintptr_t)v->input->modules, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	char *path = NULL;
	FTSENT *entry;

	if (!tree)
		return NULL;
	while (!path && (entry = fts_read(tree)))
		if (is_file_of_module(entry->fts_name, module))
			path = arena_strdup(v->arena, entry->fts_path);
	fts_close(tree);
	return path;
}

static const struct symtab *load(struct verify *v, const char *module)
{
	struct verify_module *entry = vec_push(&v->modules);
	struct diag quiet = {0};
	const char *path = v->input->modules ? find_file(v, module) : NULL;

	entry->name = module;
	if (path && symtab_read(path, &entry->symbols, &quiet))
		entry->symbols = NULL;
	return entry->symbols;
}

const struct symtab *verify_module_symbols(struct verify *v, const char *module)
{
	const struct symtab *symbols = NULL;
	bool is_loaded = false;

	for (uint32_t i = 0; i < v->modules.n; i++) {
		if (strcmp(v->modules.v[i].name, module))
			continue;
		symbols = v->modules.v[i].symbols;
		is_loaded = true;
	}
	if (!is_loaded)
		symbols = load(v, module);
	if (!symbols)
		verify_skipped(
			v, arena_printf(v->arena, "symbols of module %s: %s", module,
					v->input->modules ? "no such module in the directory" : "no --modules given"));
	return symbols;
}

const char *verify_find_in_module(struct verify *v, const char *module, const char *symbol, uint64_t position)
{
	const struct symtab *tab = verify_module_symbols(v, module);
	uint32_t count;

	if (!tab)
		return NULL;
	count = symtab_count(tab, symbol);
	if (!count)
		return arena_printf(v->arena, "module %s has no symbol %s", module, symbol);
	if (count > 1 && !position)
		return arena_printf(v->arena, "module %s has %u symbols %s, and the position is 0", module, count,
				    symbol);
	if (position > count)
		return arena_printf(v->arena, "module %s has %u symbol%s %s, and the position is %lu", module, count,
				    count == 1 ? "" : "s", symbol, (unsigned long)position);
	return NULL;
}

void verify_free_modules(struct verify *v)
{
	for (uint32_t i = 0; i < v->modules.n; i++)
		symtab_free(v->modules.v[i].symbols);
	vec_free(&v->modules);
}
