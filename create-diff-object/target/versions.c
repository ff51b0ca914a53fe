// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a module takes is in `__versions`. What it gives has a symbol `__ksymtab_<name>`; the CRC is where
 * `__crc_<name>` points, in `__kcrctab` or `__kcrctab_gpl`, and before 5.19 it is the value of that symbol.
 */
#include "target/versions.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/module.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"

bool versions_next_entry(const struct elf_obj *module, struct arena *arena, struct versions_entry *entry)
{
	const struct elf_sec *sec = elf_obj_find_section(module, VERSIONS_SECTION);
	uint64_t at = entry->name ? entry->offset + sizeof(struct module_version) : 0;
	struct module_version version;

	if (!sec || !sec->data || at > sec->size || sec->size - at < sizeof(version))
		return false;
	memcpy(&version, sec->data + at, sizeof(version));
	*entry = (struct versions_entry){
		.offset = at,
		.name = arena_printf(arena, "%.*s", (int)sizeof(version.name), version.name),
		.crc = arch_get64(module->arch, sec->data + at + offsetof(struct module_version, crc)),
	};
	return true;
}

static int read_taken(const struct elf_obj *module, struct versions *versions, struct diag *diag)
{
	const struct elf_sec *sec = elf_obj_find_section(module, VERSIONS_SECTION);

	struct versions_entry entry = {0};

	if (sec && sec->data && sec->size % sizeof(struct module_version))
		return diag_error(diag, module->path, sec->name, "not a table of versions");
	while (versions_next_entry(module, versions->arena, &entry)) {
		struct versions_symbol *symbol = vec_push(&versions->takes);

		*symbol = (struct versions_symbol){.name = entry.name, .crc = (uint32_t)entry.crc, .has_crc = true};
	}
	return 0;
}

static void read_crc(const struct elf_obj *module, uint32_t id, struct versions_symbol *symbol)
{
	const struct elf_sym *sym = &module->syms[id];
	const struct elf_sec *sec;
	uint32_t crc = (uint32_t)sym->value;

	if (elf_sym_has_section(sym)) {
		sec = &module->secs[sym->shndx];
		if (!sec->data || sym->value > sec->size || sec->size - sym->value < sizeof(crc))
			return;
		crc = arch_get32(module->arch, sec->data + sym->value);
	} else if (sym->shndx != ELF_SHN_ABS) {
		return;
	}
	symbol->crc = crc;
	symbol->has_crc = true;
}

static void read_given(const struct elf_obj *module, struct versions *versions)
{
	struct strmap crcs = {0}, seen = {0};

	for (uint32_t i = 1; i < module->nsyms; i++) {
		const char *name = exported_crc_name(module->syms[i].name);

		if (name)
			strmap_add(&crcs, name, i);
	}
	/* A file that was stripped may have one of the two only. */
	for (uint32_t i = 1; i < module->nsyms; i++) {
		const char *name = exported_name(module->syms[i].name);
		struct versions_symbol *symbol;
		uint32_t crc;

		if (!name)
			name = exported_crc_name(module->syms[i].name);
		/* (Debian 11's linker keeps the symbol of the section __ksymtab_gpl.) */
		if (!name || elf_sym_is_section(&module->syms[i]) || elf_sym_is_undefined(&module->syms[i]) ||
		    strmap_add(&seen, name, i) != STRMAP_NONE)
			continue;
		symbol = vec_push(&versions->gives);
		symbol->name = name;
		crc = strmap_get(&crcs, name);
		if (crc != STRMAP_NONE)
			read_crc(module, crc, symbol);
	}
	strmap_free(&seen);
	strmap_free(&crcs);
}

int versions_read(const struct elf_obj *module, struct versions *versions, struct diag *diag)
{
	*versions = (struct versions){.arena = arena_new()};
	read_given(module, versions);
	return read_taken(module, versions, diag);
}

void versions_free(struct versions *versions)
{
	vec_free(&versions->takes);
	vec_free(&versions->gives);
	arena_free(versions->arena);
}

static const char *other_version(const struct versions *versions, const char *how, const struct versions_symbol *symbol,
				 const struct symvers_entry *entry)
{
	if (!entry || !symbol->has_crc || symbol->crc == entry->crc)
		return NULL;
	return arena_printf(versions->arena, "%s %s with version 0x%08lx, not 0x%08x", how, symbol->name,
			    (unsigned long)symbol->crc, entry->crc);
}

/* A Module.symvers of `make vmlinux` has no modules in it. */
static bool has_modules(const struct symvers *symvers)
{
	for (uint32_t i = 0; i < symvers->nentries; i++)
		if (strcmp(symvers->entries[i].module, KLP_VMLINUX))
			return true;
	return false;
}

const char *versions_find_difference(const struct versions *versions, const struct symvers *symvers, const char *name)
{
	bool knows_modules = has_modules(symvers);
	struct strmap given = {0};
	const char *what = NULL;

	for (uint32_t i = 0; i < versions->takes.n && !what; i++)
		what = other_version(versions, "imports", &versions->takes.v[i],
				     symvers_find(symvers, versions->takes.v[i].name));
	for (uint32_t i = 0; i < versions->gives.n && !what; i++) {
		const struct versions_symbol *symbol = &versions->gives.v[i];
		const struct symvers_entry *entry = symvers_find(symvers, symbol->name);

		what = other_version(versions, "exports", symbol, entry);
		if (!what && knows_modules && (!entry || strcmp(entry->module, name)))
			what = arena_printf(versions->arena, "exports %s, which the Module.symvers does not list",
					    symbol->name);
		strmap_add(&given, symbol->name, i);
	}
	for (uint32_t i = 0; i < symvers->nentries && !what; i++) {
		const struct symvers_entry *entry = &symvers->entries[i];

		if (!strcmp(entry->module, name) && strmap_get(&given, entry->name) == STRMAP_NONE)
			what = arena_printf(versions->arena, "does not export %s", entry->name);
	}
	strmap_free(&given);
	return what;
}
