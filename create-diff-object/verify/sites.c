// SPDX-License-Identifier: GPL-2.0-only
/*
 * L6: late relocations and bytes that the kernel rewrites.
 *
 * When a livepatch is loaded, module_finalize() and the module notifiers rewrite its code at the sites that its
 * special sections list. Relocations of vmlinux's symbols are applied before that. Those of a module's symbols are
 * applied when that module arrives, perhaps hours later, and would then write a displacement into whatever the
 * instruction has become. So the sites are computed here from the special sections themselves, as the kernel does
 * it, and no late relocation may touch one; nor may it touch the tables, which the kernel has read (and some of
 * them sorted) long before.
 */
#include <string.h>

#include "arch/arch.h"
#include "kernel/names.h"
#include "kernel/special.h"
#include "util/arena.h"
#include "verify/checks.h"

/* Bytes that the kernel rewrites. */
struct site {
	uint32_t sec; /* section index */
	uint64_t start;
	uint64_t end; /* first byte behind it */
	const char *what;
	const char *who;
};

typedef VEC(struct site) site_vec;

static void add_site(const struct verify *v, site_vec *sites, const struct elf_rela *rela, uint64_t length,
		     const char *what, const char *who)
{
	const struct elf_sym *sym = &v->mod->syms[rela->sym];
	struct site *site;

	if (!elf_sym_has_section(sym))
		return;
	site = vec_push(sites);
	site->sec = sym->shndx;
	site->start = sym->value + (uint64_t)rela->addend;
	site->end = site->start + length;
	site->what = what;
	site->who = who;
}

static uint64_t insn_length(const struct verify *v, const struct elf_rela *rela)
{
	const struct elf_sym *sym = &v->mod->syms[rela->sym];
	const struct elf_sec *text;
	struct arch_insn insn;

	if (!elf_sym_has_section(sym))
		return 0;
	text = &v->mod->secs[sym->shndx];
	if (text->data && v->mod->arch->decode(text->data, text->size, sym->value + (uint64_t)rela->addend, &insn))
		return insn.length;
	return 1;
}

static bool has_field(const struct special_layout *layout, uint64_t at)
{
	for (uint32_t i = 0; i < SPECIAL_MAX_FIELDS && layout->fields[i].kind; i++)
		if (layout->fields[i].at == at)
			return true;
	return false;
}

/* Each relocation is one of a field; some of a field's may be late ones, which are in other sections. */
static bool is_layout_of(const struct special_layout *layout, const struct elf_sec *sec)
{
	uint64_t rest = sec->size % layout->size;

	if (rest && (!layout->least || rest < layout->least))
		return false;
	for (uint32_t i = 0; i < sec->nrelas; i++)
		if (!has_field(layout, sec->relas[i].offset % layout->size))
			return false;
	return true;
}

static const struct special_layout *find_layout(const struct special_row *row, const struct elf_sec *sec)
{
	for (const struct special_layout *layout = row->layouts; layout->size; layout++)
		if (is_layout_of(layout, sec))
			return layout;
	return NULL;
}

static void read_table(struct verify *v, const struct special_row *row, site_vec *sites)
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, row->section);
	const struct special_layout *layout;

	if (!sec || !sec->data || !sec->size)
		return;
	layout = find_layout(row, sec);
	if (!layout) {
		verify_skipped(v, arena_printf(v->arena, "%s: its entries have an unknown form", row->section));
		return;
	}
	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];
		uint64_t entry = rela->offset / layout->size * layout->size, length = row->site_bytes;

		if (rela->offset != entry + layout->fields[0].at)
			continue;
		if (layout->site_len_at)
			length = sec->data[entry + layout->site_len_at];
		else if (!length)
			length = insn_length(v, rela);
		add_site(v, sites, rela, length, row->site, row->rewriter);
	}
}

static void check_entry(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			const site_vec *sites)
{
	uint64_t end = rela->offset + v->mod->arch->reloc(rela->type)->size;

	for (uint32_t i = 0; i < sites->n; i++) {
		const struct site *site = &sites->v[i];

		if (site->sec == sec->target_index && rela->offset < site->end && site->start < end)
			verify_violated(
				v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
				"the kernel has rewritten the instruction by then, and the relocation destroys it",
				"a relocation that waits for module %s lands in %s, which %s rewrites at load",
				sec->object, site->what, site->who);
	}
}

static void check_target(struct verify *v, const struct klp_rela_sec *sec)
{
	const char *why = section_read_early(sec->target->name, sec->target->special);

	for (uint32_t i = 0; why && i < sec->nrelas; i++)
		verify_violated(v, sec->target->name, sec->relas[i].offset, v->mod->syms[sec->relas[i].sym].name, why,
				"a relocation that waits for module %s is in this section", sec->object);
}

void verify_check_sites(struct verify *v)
{
	site_vec sites = {0};

	for (const struct special_row *row = v->mod->arch->special; row->section; row++)
		if (row->site)
			read_table(v, row, &sites);
	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		if (!sec->is_late)
			continue;
		check_target(v, sec);
		for (uint32_t j = 0; j < sec->nrelas; j++)
			check_entry(v, sec, &sec->relas[j], &sites);
	}
	vec_free(&sites);
}
