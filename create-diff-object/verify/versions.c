// SPDX-License-Identifier: GPL-2.0-only
/*
 * L10: the module was built for this very kernel. What it takes from the loader is exported there, with the CRC
 * that the module was compiled against, and its vermagic is the kernel's.
 */
#include <string.h>

#include "target/symvers.h"
#include "target/versions.h"
#include "util/strmap.h"
#include "verify/checks.h"

static void check_entry(struct verify *v, const struct versions_entry *entry)
{
	const struct symvers_entry *export = symvers_find(v->symvers, entry->name);

	if (v->has_versions && export && export->crc != entry->crc)
		verify_violated(v, VERSIONS_SECTION, entry->offset, entry->name,
				"check_version() refuses the module: it was compiled against other types",
				"CRC %#lx, but the kernel's is %#x", (unsigned long)entry->crc, export->crc);
}

static bool has_crcs(const struct verify *v)
{
	for (uint32_t i = 0; i < v->symvers->nentries; i++)
		if (v->symvers->entries[i].crc)
			return true;
	return false;
}

static void check_symbol(struct verify *v, const struct elf_sym *sym, const struct strmap *versions, bool need_crc)
{
	const struct symvers_entry *entry;

	if (!elf_sym_is_undefined(sym) || !*sym->name)
		return;
	entry = symvers_find(v->symvers, sym->name);
	if (!entry) {
		/* Weak ones: L1 and L4 look after them. */
		if (v->has_exports && sym->bind != STB_WEAK && !module_ignores_undefined(sym->name))
			verify_violated(v, NULL, 0, sym->name, "simplify_symbols() refuses the module: unknown symbol",
					"the kernel does not export it");
		return;
	}
	if (need_crc && strmap_get(versions, sym->name) == STRMAP_NONE)
		verify_violated(v, VERSIONS_SECTION, 0, sym->name,
				"check_version() refuses the module, or taints the kernel",
				"no CRC was recorded for it");
	if (*entry->ns && !verify_has_modinfo(v, MODINFO_IMPORT_NS, entry->ns))
		verify_violated(v, NULL, 0, sym->name, "verify_namespace_is_imported() refuses the module",
				"it is exported in namespace %s, which the module does not import", entry->ns);
}

/*
 * Of a running kernel without its image, only this is known. The kernel does not look at the first word of vermagic if
 * the module has CRCs (same_magic()), so that one of another release may be loaded.
 */
static void check_release(struct verify *v, const char *vermagic)
{
	size_t len = strlen(v->release);

	if (strncmp(vermagic, v->release, len) || (vermagic[len] && vermagic[len] != ' '))
		verify_violated(v, MODINFO_SECTION, 0, NULL,
				"functions that it replaces or calls may differ in this kernel",
				"the module is for release %.*s, the kernel is %s", (int)strcspn(vermagic, " "),
				vermagic, v->release);
}

static void check_vermagic(struct verify *v)
{
	const char *vermagic = verify_modinfo(v, MODINFO_VERMAGIC);

	if (!v->vermagic && v->release)
		check_release(v, vermagic ? vermagic : "");
	if (!v->vermagic)
		verify_skipped(v, v->no_image ? v->no_image : "vermagic: not found in the image");
	else if (!vermagic || strcmp(vermagic, v->vermagic))
		verify_violated(v, MODINFO_SECTION, 0, NULL,
				"check_modinfo() refuses it, or structures differ from those that it was compiled for",
				"vermagic is \"%s\", the kernel's is \"%s\"", vermagic ? vermagic : "", v->vermagic);
}

void verify_check_versions(struct verify *v)
{
	struct versions_entry entry = {0};
	struct strmap names = {0};
	bool need_crc = v->has_versions && has_crcs(v);

	while (versions_next_entry(v->mod, v->arena, &entry)) {
		check_entry(v, &entry);
		strmap_set(&names, entry.name, 0);
	}
	/* The CRC of module_layout stands for struct module and its kin; every module has it. */
	if (need_crc && strmap_get(&names, MODULE_LAYOUT) == STRMAP_NONE)
		verify_violated(v, VERSIONS_SECTION, 0, MODULE_LAYOUT,
				"check_modstruct_version() refuses the module, or taints the kernel",
				"no CRC was recorded for it");
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		check_symbol(v, &v->mod->syms[i], &names, need_crc);
	strmap_free(&names);
	if (!v->has_exports)
		verify_skipped(v, "exports: not known without the image");
	else if (!v->has_versions)
		verify_skipped(v, "CRCs and namespaces of exports: not known without the image");
	check_vermagic(v);
	verify_check_build(v);
}
