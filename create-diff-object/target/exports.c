// SPDX-License-Identifier: GPL-2.0-only
/*
 * `__ksymtab` and `__ksymtab_gpl` are arrays of struct kernel_symbol (kernel/module/internal.h): three distances, to
 * the symbol, its name and its namespace (since 5.4, with CONFIG_HAVE_ARCH_PREL32_RELOCATIONS, which x86 always has).
 * `__kcrctab*` beside them have one CRC for each entry, in the same order. Linux 7.3 has `__ksymtab` only, and
 * `__kflagstab` with a byte for each entry.
 */
#include "target/exports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/livepatch.h"
#include "kernel/names.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

/* struct kernel_symbol */
enum { NAME_AT = 4, NAMESPACE_AT = 8, ENTRY_SIZE = 12 };

typedef VEC(struct symvers_entry) entry_vec;

/* The string that a distance in a section points at; NULL: none, "" for no distance. */
static const char *string_at(const struct elf_obj *image, const struct elf_sec *sec, uint64_t offset)
{
	int32_t distance = (int32_t)arch_get32(image->arch, sec->data + offset);
	uint64_t addr;

	if (!distance)
		return "";
	addr = sec->addr + offset + (uint64_t)(int64_t)distance;
	for (uint32_t i = 1; i < image->nsecs; i++) {
		const struct elf_sec *in = &image->secs[i];

		if (in->data && (in->flags & SHF_ALLOC) && addr >= in->addr && addr - in->addr < in->size &&
		    memchr(in->data + (addr - in->addr), 0, in->size - (addr - in->addr)))
			return (const char *)in->data + (addr - in->addr);
	}
	return NULL;
}

/* Has the section, if there is one, so many entries of this size? */
static bool is_beside(const struct elf_sec *sec, uint64_t n, size_t size)
{
	return !sec || (sec->data && sec->size == n * size);
}

static int add_table(const struct elf_obj *image, const struct elf_sec *sec, const struct elf_sec *crcs,
		     entry_vec *entries, struct diag *diag)
{
	const struct elf_sec *flags = elf_obj_find_section(image, export_flags_section);
	uint64_t n = sec->size / ENTRY_SIZE;

	if (!sec->data || sec->size % ENTRY_SIZE || !is_beside(crcs, n, sizeof(uint32_t)) || !is_beside(flags, n, 1))
		return diag_error(diag, image->path, sec->name,
				  "not a table of exports in the form of kernels since 5.4");
	for (uint64_t i = 0; i < n; i++) {
		struct symvers_entry *entry = vec_push(entries);

		entry->name = string_at(image, sec, i * ENTRY_SIZE + NAME_AT);
		entry->ns = string_at(image, sec, i * ENTRY_SIZE + NAMESPACE_AT);
		entry->owner = entry->module = KLP_VMLINUX;
		entry->gpl_only = flags ? flags->data[i] & EXPORT_FLAG_GPL_ONLY : is_gpl_export_section(sec->name);
		if (crcs)
			entry->crc = arch_get32(image->arch, crcs->data + i * sizeof(uint32_t));
		if (!entry->name || !*entry->name || !entry->ns)
			return diag_error(diag, image->path, sec->name, "entry %lu has no name", (unsigned long)i);
	}
	return 0;
}

int exports_read(const struct elf_obj *image, struct symvers **result, bool *has_crcs, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct symvers *exports = arena_alloc(arena, sizeof(*exports));
	entry_vec entries = {0};
	int err = 0;

	exports->arena = arena;
	*has_crcs = false;
	for (uint32_t i = 1; i < image->nsecs && !err; i++) {
		const struct elf_sec *sec = &image->secs[i], *crcs;
		char name[64];

		if (!export_crc_section(sec->name, name, sizeof(name)))
			continue;
		crcs = elf_obj_find_section(image, name);
		*has_crcs |= crcs != NULL;
		err = add_table(image, sec, crcs, &entries, diag);
	}
	if (!err && !entries.n)
		err = diag_error(diag, image->path, NULL, "the image has no table of exports");
	exports->nentries = entries.n;
	exports->entries = arena_memdup(arena, entries.v, entries.n * sizeof(*entries.v));
	vec_free(&entries);
	/* The last one of a broken table may have no name. */
	for (uint32_t i = 0; !err && i < exports->nentries; i++)
		strmap_add(&exports->by_name, exports->entries[i].name, i);
	if (err)
		symvers_free(exports);
	else
		*result = exports;
	return err;
}

/* What is wrong with the entry of a Module.symvers for this export, or NULL. */
static const char *find_difference(const struct symvers *exports, const struct symvers_entry *export, bool has_crcs,
				   const struct symvers_entry *entry)
{
	if (!entry)
		return "the image exports it, the file does not list it";
	if (strcmp(entry->module, KLP_VMLINUX))
		return arena_printf(exports->arena, "the image exports it, but the file says that %s does",
				    entry->module);
	if (has_crcs && entry->crc != export->crc)
		return arena_printf(exports->arena, "CRC %#010x, the image has %#010x", entry->crc, export->crc);
	if (entry->gpl_only != export->gpl_only)
		return export->gpl_only ? "the image exports it to GPL modules only"
					: "the image exports it to all modules";
	if (strcmp(entry->ns, export->ns))
		return arena_printf(exports->arena, "namespace '%s', the image has '%s'", entry->ns, export->ns);
	return NULL;
}

int exports_compare(const struct symvers *exports, bool has_crcs, const struct symvers *symvers, const char *path,
		    struct diag *diag)
{
	const char *first = NULL, *name = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < exports->nentries; i++) {
		const struct symvers_entry *export = &exports->entries[i];
		const char *what = find_difference(exports, export, has_crcs, symvers_find(symvers, export->name));

		if (what && !n++) {
			first = what;
			name = export->name;
		}
	}
	for (uint32_t i = 0; i < symvers->nentries; i++) {
		const struct symvers_entry *entry = &symvers->entries[i];

		if (strcmp(entry->module, KLP_VMLINUX) || symvers_find(exports, entry->name) || n++)
			continue;
		first = "the image does not export it";
		name = entry->name;
	}
	if (!n)
		return 0;
	return diag_report(diag, DIAG_DIFFERS, RULE_EXPORTS_DIFFER, path, name,
			   "%s (%u of %u exports differ); image and Module.symvers must be of one build", first, n,
			   exports->nentries);
}
