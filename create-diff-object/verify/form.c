// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the form of a livepatch module: L1 (sections and symbols as the kernel's loader reads them),
 * L7 (no sections of an older form), L9 (names that fit the kernel's buffers).
 */
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "target/symtab.h"
#include "util/strmap.h"
#include "verify/checks.h"

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Does the section's name end in the name of what it relocates, with or without the section's own dot? */
static bool is_named_after_target(const struct elf_sec *sec, const struct elf_sec *target)
{
	const char *object = sec->name + strlen(KLP_RELA_PREFIX);
	const char *rest = strchr(object, '.');

	if (!rest)
		return false;
	return !strcmp(rest + 1, target->name) || !strcmp(rest, target->name);
}

static void check_section(struct verify *v, const struct elf_sec *sec)
{
	bool has_object = has_prefix(sec->name, KLP_RELA_PREFIX) && sec->name[strlen(KLP_RELA_PREFIX)] &&
			  sec->name[strlen(KLP_RELA_PREFIX)] != '.';
	bool is_named = has_object && strchr(sec->name + strlen(KLP_RELA_PREFIX), '.');
	bool is_early = has_prefix(sec->name, KLP_RELA_PREFIX KLP_VMLINUX ".");
	const struct elf_sec *target;

	if (!is_named)
		verify_violated(
			v, sec->name, 0, NULL,
			has_object
				? "the kernel accepts it, because it reads only the object, but other tools can't tell which section it is for"
				: "klp_apply_section_relocs() finds no object in it and refuses the module",
			"a livepatch relocation section must be named .klp.rela.<object>.<section>");
	if (sec->type != SHT_RELA)
		verify_violated(v, sec->name, 0, NULL, "the kernel would read something else as relocations",
				"section type %u is not SHT_RELA", sec->type);
	if (!(sec->flags & SHF_RELA_LIVEPATCH))
		verify_violated(
			v, sec->name, 0, NULL,
			"the loader applies it as an ordinary section, with address 0 for every livepatch symbol",
			"flag SHF_RELA_LIVEPATCH is missing");
	if (!(sec->flags & SHF_ALLOC))
		verify_violated(
			v, sec->name, 0, NULL,
			"the relocations are gone from memory when the object arrives, and freed memory is read",
			"flag SHF_ALLOC is missing");
	if (sec->link != v->mod->symtab)
		verify_violated(v, sec->name, 0, NULL, "entries name symbols of the module's only symbol table",
				"sh_link %u is not the symbol table", sec->link);
	if (!sec->info || sec->info >= v->mod->nsecs) {
		verify_violated(
			v, sec->name, 0, NULL,
			is_early
				? "apply_relocations() skips the section, and the code keeps zeros"
				: "the relocations are written outside of the module's sections: nothing checks it late",
			"sh_info %u is not a section", sec->info);
		return;
	}
	target = &v->mod->secs[sec->info];
	if (!(target->flags & SHF_ALLOC))
		verify_violated(
			v, sec->name, 0, NULL,
			is_early ? "apply_relocations() skips the section, and the code keeps zeros"
				 : "the relocations are written to memory that was freed: nothing checks the flag late",
			"it relocates %s, which is not loaded", target->name);
	if (is_named && !is_named_after_target(sec, target))
		verify_violated(v, sec->name, 0, NULL, "the relocations are applied to other code than the name says",
				"sh_info is section %s, not what the name says", target->name);
}

static bool is_zero(const struct verify *v, const struct elf_sec *sec, uint64_t offset, const struct arch_reloc *reloc)
{
	return !sec->data || arch_field_is_clear(v->mod->arch, reloc, sec->data + offset);
}

static void check_entry(struct verify *v, const struct elf_sec *sec, uint64_t i)
{
	const struct elf_sec *target = &v->mod->secs[sec->info];
	const struct arch_reloc *reloc;
	const struct elf_sym *sym;
	struct elf_rela rela = elf_obj_rela(v->mod, sec, i);

	if (rela.sym >= v->mod->nsyms) {
		verify_violated(v, target->name, rela.offset, NULL, "the kernel reads past its symbol table",
				"entry %lu of %s names symbol %u, which does not exist", (unsigned long)i, sec->name,
				rela.sym);
		return;
	}
	sym = &v->mod->syms[rela.sym];
	reloc = v->mod->arch->reloc(rela.type);
	if (!reloc->known) {
		verify_violated(v, target->name, rela.offset, sym->name, "the kernel's module loader does not know it",
				"relocation type %u", rela.type);
		return;
	}
	if (rela.offset > target->size || target->size - rela.offset < reloc->size) {
		verify_violated(v, target->name, rela.offset, sym->name,
				"the kernel writes over what follows in memory",
				"the relocation lies outside of its section");
		return;
	}
	if (!is_zero(v, target, rela.offset, reloc))
		verify_violated(v, target->name, rela.offset, sym->name,
				"apply_relocate_add() refuses to overwrite them", "the relocated bytes are not zero");
	if (sym->shndx != ELF_SHN_LIVEPATCH)
		verify_violated(v, target->name, rela.offset, sym->name, "klp_resolve_symbols() refuses the section",
				"the symbol is not marked SHN_LIVEPATCH");
	else if (!v->names[rela.sym].object)
		verify_violated(v, target->name, rela.offset, sym->name, "klp_resolve_symbols() can't read it",
				"the symbol is not named .klp.sym.<object>.<symbol>,<sympos>");
}

/* An ordinary relocation is applied by the same code, when the module is loaded. */
static void check_ordinary_field(struct verify *v, const struct elf_sec *sec, const struct elf_rela *rela)
{
	const struct arch_reloc *reloc = v->mod->arch->reloc(rela->type);
	const char *symbol = v->mod->syms[rela->sym].name;

	if (!reloc->known)
		verify_violated(v, sec->name, rela->offset, symbol, "the kernel's module loader does not know it",
				"relocation type %u", rela->type);
	else if (rela->offset > sec->size || sec->size - rela->offset < reloc->size)
		verify_violated(v, sec->name, rela->offset, symbol, "the kernel writes over what follows in memory",
				"the relocation lies outside of its section");
	else if (!is_zero(v, sec, rela->offset, reloc))
		verify_violated(v, sec->name, rela->offset, symbol, "apply_relocate_add() refuses to overwrite them",
				"the relocated bytes are not zero");
}

/* What only livepatch can resolve must not be left to the loader. */
static void check_ordinary_relas(struct verify *v, const struct elf_sec *sec)
{
	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_sym *sym = &v->mod->syms[sec->relas[i].sym];

		check_ordinary_field(v, sec, &sec->relas[i]);
		if (sym->shndx == ELF_SHN_LIVEPATCH)
			verify_violated(v, sec->name, sec->relas[i].offset, sym->name,
					"simplify_symbols() leaves it alone, so the code gets address 0",
					"an ordinary relocation refers to a livepatch symbol");
		else if (elf_sym_is_undefined(sym) && has_prefix(sym->name, KLP_SYM_PREFIX))
			verify_violated(
				v, sec->name, sec->relas[i].offset, sym->name,
				"the loader finds no such export, and a weak symbol silently becomes address 0",
				"the post-link step is missing: a livepatch symbol is an ordinary undefined one");
	}
}

/* The kernel makes a file in /sys/module/<name>/sections for each loaded section. */
static void check_unique_names(struct verify *v)
{
	struct strmap names = {0};

	for (uint32_t i = 1; i < v->mod->nsecs; i++) {
		const struct elf_sec *sec = &v->mod->secs[i];

		if (!(sec->flags & SHF_ALLOC) || !sec->size)
			continue;
		if (strmap_add(&names, sec->name, i) != STRMAP_NONE)
			verify_violated(v, sec->name, 0, NULL,
					"add_sect_attrs() fails on the second: 6.12 refuses the module, 6.1 warns",
					"two loaded sections have this name");
	}
	strmap_free(&names);
}

/* A field that a relocation writes. */
struct field {
	const struct elf_sec *klp; /* the livepatch section that it is in; NULL: an ordinary one */
	uint64_t start;
	uint64_t end; /* first byte behind it */
	uint32_t sym;
};

typedef VEC(struct field) field_vec;

static void add_fields(const struct verify *v, field_vec *fields, const struct elf_sec *klp,
		       const struct elf_rela *relas, uint32_t nrelas)
{
	for (uint32_t i = 0; i < nrelas; i++) {
		const struct arch_reloc *reloc = v->mod->arch->reloc(relas[i].type);

		if (reloc->known && reloc->size)
			vec_add(fields, ((struct field){.klp = klp,
							.start = relas[i].offset,
							.end = relas[i].offset + reloc->size,
							.sym = relas[i].sym}));
	}
}

/* By place; an ordinary relocation before a livepatch one, as they are applied. */
static int compare_fields(const void *a, const void *b)
{
	const struct field *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return !!x->klp - !!y->klp;
}

/* No two relocations may write the same bytes, or the second finds what the first has left. */
static void check_overlaps(struct verify *v, uint32_t target)
{
	const struct elf_sec *sec = &v->mod->secs[target];
	field_vec fields = {0};

	add_fields(v, &fields, NULL, sec->relas, sec->nrelas);
	for (uint32_t i = 0; i < v->klp_secs.n; i++)
		if (v->klp_secs.v[i].target_index == target)
			add_fields(v, &fields, v->klp_secs.v[i].sec, v->klp_secs.v[i].relas, v->klp_secs.v[i].nrelas);
	if (fields.n)
		qsort(fields.v, fields.n, sizeof(fields.v[0]), compare_fields);
	for (uint32_t i = 1; i < fields.n; i++) {
		const struct field *first = &fields.v[i - 1], *second = &fields.v[i];

		if (second->start < first->end && (first->klp || second->klp))
			verify_violated(v, sec->name, second->start, v->mod->syms[second->sym].name,
					"apply_relocate_add() refuses to overwrite what the other one has written",
					"two relocations write the same bytes; the other one refers to %s",
					v->mod->syms[first->sym].name);
	}
	vec_free(&fields);
}

static bool is_first_of_target(const struct verify *v, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (v->klp_secs.v[j].target_index == v->klp_secs.v[i].target_index)
			return false;
	return true;
}

void verify_check_form(struct verify *v)
{
	check_unique_names(v);
	if (v->mod->nsecs > MODULE_SECTIONS_MAX)
		verify_violated(v, NULL, 0, NULL, "the loader reads the 16 bits of e_shnum and finds no section at all",
				"%u sections", v->mod->nsecs);
	for (uint32_t i = 1; i < v->mod->nsecs; i++) {
		const struct elf_sec *sec = &v->mod->secs[i];

		if (sec->flags & SHF_ALLOC)
			check_ordinary_relas(v, sec);
		if (!klp_is_rela_section(sec->name, sec->flags))
			continue;
		check_section(v, sec);
		if (sec->type != SHT_RELA || !sec->info || sec->info >= v->mod->nsecs)
			continue;
		for (uint64_t j = 0; j < sec->size / sizeof(Elf64_Rela); j++)
			check_entry(v, sec, j);
	}
	for (uint32_t i = 0; i < v->klp_secs.n; i++)
		if (is_first_of_target(v, i))
			check_overlaps(v, v->klp_secs.v[i].target_index);
}

void verify_check_arch_sections(struct verify *v)
{
	for (uint32_t i = 1; i < v->mod->nsecs; i++)
		if (has_prefix(v->mod->secs[i].name, KLP_ARCH_PREFIX))
			verify_violated(
				v, v->mod->secs[i].name, 0, NULL,
				"kernels since 5.8 don't apply them: the alternatives in them are never patched in",
				"a section of the form that ended with kernel 5.8");
}

static void check_name_pair(struct verify *v, const char *section, uint64_t offset, const char *object,
			    const char *symbol, size_t symbol_max)
{
	if (strlen(object) > KLP_OBJECT_NAME_MAX)
		verify_violated(v, section, offset, symbol,
				"the kernel cuts it off and takes the rest for something else",
				"the object's name %s has %zu characters, more than %d", object, strlen(object),
				KLP_OBJECT_NAME_MAX);
	if (strlen(symbol) > symbol_max)
		verify_violated(v, section, offset, symbol,
				"the kernel cuts it off and takes the rest for something else",
				"the symbol's name has %zu characters, more than %zu", strlen(symbol), symbol_max);
}

void verify_check_name_lengths(struct verify *v)
{
	const char *name = verify_modinfo(v, MODINFO_NAME);
	size_t symbol_max = klp_symbol_name_max(v->release);

	if (name && strlen(name) > KLP_OBJECT_NAME_MAX)
		verify_violated(v, MODINFO_SECTION, 0, NULL, "the kernel cuts it off",
				"the module's own name %s has %zu characters, more than %d", name, strlen(name),
				KLP_OBJECT_NAME_MAX);
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		if (v->names[i].object)
			check_name_pair(v, NULL, 0, v->names[i].object, v->names[i].symbol, symbol_max);
	for (uint32_t i = 0; i < v->klp_secs.n; i++)
		if (strlen(v->klp_secs.v[i].object) > KLP_OBJECT_NAME_MAX)
			verify_violated(v, v->klp_secs.v[i].sec->name, 0, NULL, "the kernel never applies the section",
					"the object's name has %zu characters, more than %d",
					strlen(v->klp_secs.v[i].object), KLP_OBJECT_NAME_MAX);
	for (uint32_t i = 0; i < v->funcs.n; i++)
		check_name_pair(v, v->funcs_sec->name, v->funcs.v[i].offset, v->funcs.v[i].object, v->funcs.v[i].name,
				symbol_max);
}
