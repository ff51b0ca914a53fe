// SPDX-License-Identifier: GPL-2.0-only
/*
 * L6: late relocations and bytes that the kernel rewrites.
 *
 * When a patch module is loaded, module_finalize() and the module notifiers rewrite its code at the sites that its
 * special sections list. Relocations of vmlinux's symbols are applied before that. Those of a module's symbols are
 * applied when that module arrives, perhaps hours later, and would then write a displacement into whatever the
 * instruction has become. So the sites are computed here from the special sections themselves, as the kernel does
 * it, and no late relocation may touch one; nor may it touch the tables, which the kernel has read (and some of
 * them sorted) long before.
 */
#include <string.h>

#include "arch/arch.h"
#include "verify/checks.h"

/* How long a site is. */
enum site_length {
	LENGTH_INSN,   /* one instruction, decoded */
	LENGTH_FIXED,  /* .length bytes */
	LENGTH_IN_ROW, /* the byte at .length of the entry */
};

/* A table whose entries point to bytes that the kernel rewrites. */
struct site_table {
	const char *section;
	uint64_t entry_size; /* bytes */
	uint64_t field;      /* offset in the entry of the pointer to the site */
	enum site_length kind;
	uint64_t length;
	const char *what;
	const char *who; /* the kernel function that rewrites */
};

/* x86 (arch/x86/kernel/module.c: module_finalize()) and the generic tables. Alternatives are handled on their own. */
static const struct site_table site_tables[] = {
	{".parainstructions", 16, 0, LENGTH_IN_ROW, 9, "a paravirt site", "apply_paravirt()"},
	{"__jump_table", 16, 0, LENGTH_INSN, 0, "a jump label site", "jump_label_add_module()"},
	{".static_call_sites", 8, 0, LENGTH_INSN, 0, "a static call site", "static_call_add_module()"},
	{".retpoline_sites", 4, 0, LENGTH_INSN, 0, "a retpoline site", "apply_retpolines()"},
	{".return_sites", 4, 0, LENGTH_INSN, 0, "a return site", "apply_returns()"},
	{".call_sites", 4, 0, LENGTH_INSN, 0, "a call site of call depth tracking", "callthunks_patch_module_calls()"},
	{".ibt_endbr_seal", 4, 0, LENGTH_FIXED, 4, "a sealed endbr", "apply_seal_endbr()"},
	{".smp_locks", 4, 0, LENGTH_FIXED, 1, "a lock prefix", "alternatives_smp_module_add()"},
	{"__mcount_loc", 8, 0, LENGTH_FIXED, 5, "an ftrace location", "ftrace_module_init()"},
};

/* Tables and other sections that are read, sorted or freed before a late relocation could be applied. */
static const struct {
	const char *section;
	bool is_prefix;
	const char *why;
} read_early[] = {
	{".altinstructions", false, "apply_alternatives() has read it when the module was loaded"},
	{".altinstr_replacement", false, "apply_alternatives() has copied it when the module was loaded"},
	{".altinstr_aux", false, "code that a _static_cpu_has() branch reaches"},
	{".parainstructions", false, "apply_paravirt() has read it when the module was loaded"},
	{"__jump_table", false, "jump_label_add_module() has sorted and read it"},
	{".static_call_sites", false, "static_call_add_module() has sorted and read it"},
	{".static_call_tramp_key", false, "static_call_add_module() has read it"},
	{".static_call.text", false, "trampolines are rewritten by static_call_update()"},
	{".retpoline_sites", false, "apply_retpolines() has read it when the module was loaded"},
	{".return_sites", false, "apply_returns() has read it when the module was loaded"},
	{".call_sites", false, "callthunks_patch_module_calls() has read it when the module was loaded"},
	{".cfi_sites", false, "apply_fineibt() has read it when the module was loaded"},
	{".ibt_endbr_seal", false, "apply_seal_endbr() has read it when the module was loaded"},
	{".smp_locks", false, "alternatives_smp_module_add() has read it when the module was loaded"},
	{"__ex_table", false, "post_relocation() has sorted it: the entry is not where the relocation says"},
	{"__bug_table", false, "report_bug() of any CPU reads it at any time"},
	{".orc_unwind", false, "unwind_module_init() has sorted it: the entry is not where the relocation says"},
	{".orc_unwind_ip", false, "unwind_module_init() has sorted it: the entry is not where the relocation says"},
	{"__mcount_loc", false, "ftrace_module_init() has read it when the module was loaded"},
	{"__patchable_function_entries", false, "ftrace_module_init() has read it when the module was loaded"},
	{"__tracepoints_ptrs", false, "tracepoint_module_coming() has read it"},
	{"__tracepoints", false, "tracepoint_module_coming() and whoever uses the tracepoint read it at any time"},
	{"_ftrace_events", false, "trace_module_add_events() has read it"},
	{"_ftrace_eval_map", false, "trace_module_add_evals() has read it"},
	{"__trace_printk_fmt", false, "hold_module_trace_bprintk_format() has read it"},
	{"__bpf_raw_tp_map", false, "BPF programs find the tracepoints of the module in it at any time"},
	{"_kprobe_blacklist", false, "add_module_kprobe_blacklist() has read it"},
	{"_error_injection_whitelist", false, "populate_error_injection_list() has read it"},
	{"___srcu_struct_ptrs", false, "srcu_module_coming() has read it"},
	{".printk_index", false, "printk's index of formats reads it at any time"},
	{"__dyndbg", true, "ddebug_add_module() has read it"},
	{".ctors", false, "do_mod_ctors() has called what it lists"},
	{".kunit_", true, "kunit_module_init() has read it"},
	{"alloc_tags", false, "codetag_load_module() has read it"},
	{".codetag.", true, "codetag_load_module() has read it"},
	{"__param", false, "parse_args() has read it when the module was loaded"},
	{".gnu.linkonce.this_module", false, "struct module is in use since the module was loaded"},
	{".BTF", true, "btf_module_notify() has read it"},
	{".modinfo", false, "it is read when the module is loaded"},
	{"__versions", false, "it is read when the module is loaded"},
	{"__kcrctab", true, "exports are used by other modules as soon as the module is loaded"},
	{"__ksymtab", true, "exports are used by other modules as soon as the module is loaded"},
	{".klp.", true, "the module's own init function has handed it to the kernel"},
	{".init", true, "do_init_module() has freed it"},
	{".data..percpu", true, "percpu_modcopy() has copied it when the module was loaded"},
};

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

static void read_site_table(struct verify *v, const struct site_table *table, site_vec *sites)
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, table->section);

	for (uint32_t i = 0; sec && sec->data && i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];
		uint64_t entry = rela->offset / table->entry_size * table->entry_size;
		uint64_t length = table->length;

		if (rela->offset - entry != table->field)
			continue;
		if (table->kind == LENGTH_INSN)
			length = insn_length(v, rela);
		else if (table->kind == LENGTH_IN_ROW)
			length = entry + table->length < sec->size ? sec->data[entry + table->length] : 0;
		add_site(v, sites, rela, length, table->what, table->who);
	}
}

/*
 * struct alt_instr has 12 bytes in 6.1 and 14 in 6.12; every entry has two pointers, to the site and to its
 * replacement (in a section of its own, see read_early), and ends in the lengths of both.
 */
static void read_alternatives(struct verify *v, site_vec *sites)
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, ".altinstructions");
	uint64_t n = sec && sec->data ? sec->nrelas / 2 : 0;
	uint64_t size = n ? sec->size / n : 0;

	if (sec && sec->size && (size < 10 || size * n != sec->size || sec->nrelas % 2)) {
		verify_skipped(v, "alternatives: their entries have an unknown size");
		return;
	}
	for (uint64_t i = 0; i < n; i++) {
		const uint8_t *lengths = sec->data + (i + 1) * size - 2;

		for (uint32_t j = 0; j < sec->nrelas; j++) {
			const struct elf_rela *rela = &sec->relas[j];

			if (rela->offset == i * size)
				add_site(v, sites, rela, lengths[0], "an alternative", "apply_alternatives()");
		}
	}
}

static void check_entry(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			const site_vec *sites)
{
	uint64_t end = rela->offset + v->mod->arch->reloc(rela->type)->size;

	for (uint32_t i = 0; i < sites->n; i++) {
		const struct site *site = &sites->v[i];

		if (site->sec == sec->target_index && rela->offset < site->end && site->start < end)
			verify_broken(v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
				      "the instruction is another one by then, and the relocation destroys it",
				      "a relocation that waits for module %s lands in %s, which %s rewrites at load",
				      sec->object, site->what, site->who);
	}
}

static void check_target(struct verify *v, const struct klp_rela_sec *sec)
{
	for (size_t i = 0; i < sizeof(read_early) / sizeof(read_early[0]); i++) {
		const char *name = read_early[i].section;

		if (read_early[i].is_prefix ? strncmp(sec->target->name, name, strlen(name)) != 0
					    : strcmp(sec->target->name, name) != 0)
			continue;
		for (uint32_t j = 0; j < sec->nrelas; j++)
			verify_broken(v, sec->target->name, sec->relas[j].offset, v->mod->syms[sec->relas[j].sym].name,
				      read_early[i].why, "a relocation that waits for module %s is in this section",
				      sec->object);
		return;
	}
}

void verify_check_sites(struct verify *v)
{
	site_vec sites = {0};

	read_alternatives(v, &sites);
	for (size_t i = 0; i < sizeof(site_tables) / sizeof(site_tables[0]); i++)
		read_site_table(v, &site_tables[i], &sites);
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
