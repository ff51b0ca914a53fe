// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every relocation rule is violated on its own, in a module that passes all: the verifier must name that rule and no
 * other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf/model.h"
#include "livepatch-fixture.h"
#include "util/diag.h"
#include "verify/verify.h"

#define HIDDEN_FN             ".klp.sym.vmlinux.hidden_fn,0"
#define FN_A                  ".klp.sym.mod_a.fn_a,0"
#define VMLINUX_RELAS         ".klp.rela.vmlinux..text.patched_fn"
#define MOD_A_RELAS           ".klp.rela.mod_a..text.fn_a"
#define VMLINUX_RELAS_OF_FN_A ".klp.rela.vmlinux..text.fn_a"

static int verify(const struct fixture *fixture, const char *module, struct verify_result *result)
{
	struct verify_input input = {
		.module = module,
		.vmlinux = fixture_path(fixture, "vmlinux"),
		.symvers = fixture_path(fixture, "Module.symvers"),
		.modules = fixture_path(fixture, "modules"),
	};
	struct diag diag = {.out = stderr};

	return verify_run(&input, result, &diag);
}

static void test_good_module(void **state)
{
	struct verify_result result;

	assert_int_equal(verify(*state, fixture_path(*state, "good.ko"), &result), 0);
	if (result.findings.n)
		verify_print_text(&result, stderr);
	assert_int_equal(result.findings.n, 0);
	/* Nothing may pass just because it was not looked at. */
	assert_int_equal(result.skips.n, 0);
	verify_result_free(&result);
}

/* ---- L1: form ---- */

static void no_livepatch_flag(struct elf_edit *edit)
{
	elf_edit_section(edit, VMLINUX_RELAS)->sh_flags &= ~(uint64_t)SHF_RELA_LIVEPATCH;
}

static void no_alloc_flag(struct elf_edit *edit)
{
	elf_edit_section(edit, MOD_A_RELAS)->sh_flags &= ~(uint64_t)SHF_ALLOC;
}

static void wrong_info(struct elf_edit *edit)
{
	elf_edit_section(edit, VMLINUX_RELAS)->sh_info = 0xffff;
}

static void other_section(struct elf_edit *edit)
{
	elf_edit_section(edit, VMLINUX_RELAS)->sh_info =
		elf_edit_section(edit, ".klp.rela.vmlinux..text.fn_a")->sh_info;
}

static void wrong_link(struct elf_edit *edit)
{
	elf_edit_section(edit, VMLINUX_RELAS)->sh_link++;
}

static void symbol_not_livepatch(struct elf_edit *edit)
{
	elf_edit_symbol(edit, ".klp.sym.vmlinux.unexported_fn,0")->st_shndx = SHN_ABS;
}

static void symbol_without_sympos(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.unexported_fn,0", ".klp.sym.vmlinux.unexported_fn");
}

static void symbol_with_owner(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_b.fn_b,0", ".klp.sym.mod_b.fn_b,0,mod_a");
}

static void bytes_not_zero(struct elf_edit *edit)
{
	uint8_t *text = elf_edit_data(edit, ".text.patched_fn");

	text[elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_offset] = 1;
}

static void outside_of_section(struct elf_edit *edit)
{
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = elf_edit_section(edit, ".text.fn_a")->sh_size - 2;
}

static void far_outside_of_section(struct elf_edit *edit)
{
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = 1ull << 40;
}

/* A short name, behind which there is nothing to read. */
static void flag_without_name(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, VMLINUX_RELAS, ".r");
}

static void unknown_type(struct elf_edit *edit)
{
	Elf64_Rela *rela = elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN);

	rela->r_info = ELF64_R_INFO(ELF64_R_SYM(rela->r_info), R_X86_64_GOTPCREL);
}

static void bad_section_name(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, VMLINUX_RELAS, ".klp.rela.vmlinux");
}

static void bad_section_type(struct elf_edit *edit)
{
	elf_edit_section(edit, VMLINUX_RELAS)->sh_type = SHT_PROGBITS;
}

static void target_not_loaded(struct elf_edit *edit)
{
	elf_edit_section(edit, ".text.patched_fn")->sh_flags &= ~(uint64_t)SHF_ALLOC;
}

static void named_after_other_section(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, VMLINUX_RELAS, ".klp.rela.vmlinux..text.other_fn");
}

static void no_such_symbol_index(struct elf_edit *edit)
{
	elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_info = ELF64_R_INFO(9999ull, R_X86_64_PLT32);
}

static void not_finished(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, "optional_fn", ".klp.sym.vmlinux.patched_fn,0");
}

static void two_of_one_name(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, ".smp_locks", ".return_sites");
}

static void two_at_one_place(struct elf_edit *edit)
{
	elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_offset =
		elf_edit_rela(edit, VMLINUX_RELAS, ".klp.sym.vmlinux.twice,2")->r_offset;
}

static void at_ordinary_place(struct elf_edit *edit)
{
	elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_offset =
		elf_edit_rela(edit, ".rela.text.patched_fn", "exported_fn")->r_offset;
}

/* The last four bytes of a section are still in it. */
static void end_of_section(struct elf_edit *edit)
{
	uint64_t size = elf_edit_section(edit, ".text.patched_fn")->sh_size;

	memset((uint8_t *)elf_edit_data(edit, ".text.patched_fn") + size - 4, 0, 4);
	elf_edit_drop_relas(edit, ".text.patched_fn", size - 4, 4);
	elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_offset = size - 4;
}

static void ordinary_rela_to_livepatch_symbol(struct elf_edit *edit)
{
	uint64_t sym = ELF64_R_SYM(elf_edit_rela(edit, VMLINUX_RELAS, HIDDEN_FN)->r_info);
	Elf64_Rela *rela = elf_edit_rela(edit, ".rela.text.patched_fn", "exported_fn");

	rela->r_info = ELF64_R_INFO(sym, ELF64_R_TYPE(rela->r_info));
}

static Elf64_Rela *ordinary_rela(struct elf_edit *edit)
{
	return elf_edit_rela(edit, ".rela.text.patched_fn", "exported_fn");
}

static void ordinary_bytes_not_zero(struct elf_edit *edit)
{
	((uint8_t *)elf_edit_data(edit, ".text.patched_fn"))[ordinary_rela(edit)->r_offset + 3] = 1;
}

static void ordinary_unknown_type(struct elf_edit *edit)
{
	ordinary_rela(edit)->r_info = ELF64_R_INFO(ELF64_R_SYM(ordinary_rela(edit)->r_info), R_X86_64_PC16);
}

static void ordinary_slot(struct elf_edit *edit)
{
	ordinary_rela(edit)->r_info = ELF64_R_INFO(ELF64_R_SYM(ordinary_rela(edit)->r_info), R_X86_64_GOTPCREL);
}

static void ordinary_outside_of_section(struct elf_edit *edit)
{
	ordinary_rela(edit)->r_offset = elf_edit_section(edit, ".text.patched_fn")->sh_size - 3;
}

/* ---- L2 to L5: who resolves what ---- */

static void vmlinux_symbol_waits_for_module(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym.vmlinux.patched_fn,0");
}

static void exported_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.exported_fn,0");
}

static void exported_namesake(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.exported_twin,1", ".klp.sym.vmlinux.exported_twin,2");
}

static void sympos_too_large(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.hidden_fn,2");
}

static void sympos_missing(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.twice,2", ".klp.sym.vmlinux.twice,0");
}

static void call_of_data(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.hidden_var,0");
}

static void call_of_module_data(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym.mod_b.data_b,0");
}

static void no_such_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.gone,0");
}

static void weak_hidden_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, "optional_fn", "hidden_fn");
}

static void module_symbol_at_load(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.unexported_fn,0", ".klp.sym.mod_a.fn_a,0");
}

static void no_such_module_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym.mod_a.gone,0");
}

static void module_sympos_too_large(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym.mod_a.fn_a,2");
}

static void depends_on_module(struct elf_edit *edit)
{
	char *depends =
		memmem(elf_edit_data(edit, ".modinfo"), elf_edit_section(edit, ".modinfo")->sh_size, "name=", 5);

	/* `depends=` is followed by the name: one string now. */
	depends[-1] = ',';
}

static void exported_by_module(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, "optional_fn", "mod_export");
	memcpy((char *)elf_edit_data(edit, "__versions") + 64, "\x44\x44\x44\x44\0\0\0\0mod_export", 19);
	/* What was exported_fn becomes a weak one that may be missing. */
	elf_edit_rename_symbol(edit, "exported_fn", "missing_fn");
	elf_edit_symbol(edit, "missing_fn")->st_info = ELF64_ST_INFO(STB_WEAK, STT_NOTYPE);
}

/* mod_b does not depend on mod_a, which need not be there when mod_b arrives. */
static void symbol_of_independent_module(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_b.fn_b,0", FN_A);
}

/* mod_c depends on mod_a, and that on mod_b. */
static void symbol_of_distant_module(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", ".klp.rela.mod_c..data");
	/* Without the table of patched functions nobody can tell that mod_c is not patched. */
	elf_edit_rename_section(edit, ".klp.funcs", ".data.other");
}

static void object_not_patched(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, MOD_A_RELAS, ".klp.rela.mod_c..text.fn_a");
}

/* The kernel's names of modules have `_` only. */
static void waits_for_file_name(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, MOD_A_RELAS, ".klp.rela.mod-a..text.fn_a");
	/* Without the table of patched functions nobody can tell that this object is not patched. */
	elf_edit_rename_section(edit, ".klp.funcs", ".data.other");
}

static void symbol_of_file_name(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym.mod-a.fn_a,0");
}

static void set_modinfo(struct elf_edit *edit, const char *pair, size_t size)
{
	uint64_t old_size = elf_edit_section(edit, ".modinfo")->sh_size;
	char info[512] = "";

	memcpy(info, elf_edit_data(edit, ".modinfo"), old_size);
	memcpy(info + old_size, pair, size);
	elf_edit_set_data(edit, ".modinfo", info, old_size + size);
}

static void second_depends(struct elf_edit *edit)
{
	set_modinfo(edit, "depends=mod_a", sizeof("depends=mod_a"));
}

static void softdep_before(struct elf_edit *edit)
{
	set_modinfo(edit, "softdep=pre: mod_a", sizeof("softdep=pre: mod_a"));
}

static void softdep_behind(struct elf_edit *edit)
{
	set_modinfo(edit, "softdep=pre: post: mod_a", sizeof("softdep=pre: post: mod_a"));
}

static void init_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.init_fn,0");
}

/* ---- L5: a part of a livepatch in per-object form ---- */

static void part_as_it_is(struct elf_edit *edit)
{
	(void)edit;
}

static void change_part_of(struct elf_edit *edit, const char *text)
{
	char *tag = memmem(elf_edit_data(edit, ".modinfo"), elf_edit_section(edit, ".modinfo")->sh_size,
			   "klp_part_of=mod_a", 17);

	assert_non_null(tag);
	memcpy(tag, text, 17);
}

static void part_not_marked(struct elf_edit *edit)
{
	change_part_of(edit, "xlp_part_of=mod_a");
}

/* mod_b does not depend on mod_a, and has no __this_module that is referred to. */
static void part_of_other(struct elf_edit *edit)
{
	change_part_of(edit, "klp_part_of=mod_b");
}

static void part_does_not_hold(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_a.__this_module,0", ".klp.sym.mod_a.fn_a,0");
}

static void part_waits(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, VMLINUX_RELAS_OF_FN_A, ".klp.rela.mod_a..text.fn_a");
}

static void part_without_symbol(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_a.fn_q,0", ".klp.sym.mod_a.gone,0");
}

static void part_calls_data(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_a.fn_q,0", ".klp.sym.mod_b.data_b,0");
}

static void part_patches_other(struct elf_edit *edit)
{
	Elf64_Rela *rela = (Elf64_Rela *)elf_edit_data(edit, ".rela.klp.funcs");
	char *strings = elf_edit_data(edit, ".rodata.klp.str1.1");

	/* name_mod_b stands behind name_mod_a. */
	rela->r_addend = rela->r_addend + 6;
	memcpy(strings + 12, "fn_b", 4);
}

/* ---- L6: late relocations ---- */

static void move_late_rela(struct elf_edit *edit, const char *site)
{
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = elf_edit_symbol(edit, site)->st_value + 1;
}

static void late_in_alternative(struct elf_edit *edit)
{
	move_late_rela(edit, "site_alternative");
}

static void late_in_paravirt(struct elf_edit *edit)
{
	move_late_rela(edit, "site_paravirt");
}

static void late_in_jump_label(struct elf_edit *edit)
{
	move_late_rela(edit, "site_jump_label");
}

static void late_in_static_call(struct elf_edit *edit)
{
	move_late_rela(edit, "site_static_call");
}

static void late_in_retpoline(struct elf_edit *edit)
{
	move_late_rela(edit, "site_retpoline");
}

static void late_in_return(struct elf_edit *edit)
{
	move_late_rela(edit, "site_return");
}

static void late_in_call(struct elf_edit *edit)
{
	move_late_rela(edit, "site_call");
}

static void late_in_seal(struct elf_edit *edit)
{
	move_late_rela(edit, "site_seal");
}

static void late_in_ftrace(struct elf_edit *edit)
{
	move_late_rela(edit, "site_ftrace");
}

/* Fields that touch a site, but don't overlap it. */
static void late_behind_site(struct elf_edit *edit)
{
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = elf_edit_symbol(edit, "behind_sites")->st_value;
}

static void late_before_site(struct elf_edit *edit)
{
	uint64_t at = elf_edit_symbol(edit, "site_alternative")->st_value - 4;

	elf_edit_drop_relas(edit, ".text.fn_a", at, 4);
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = at;
}

static void late_in_lock(struct elf_edit *edit)
{
	uint64_t at = elf_edit_symbol(edit, "site_lock")->st_value;

	*((uint8_t *)elf_edit_data(edit, ".text.fn_a") + at) = 0;
	elf_edit_rela(edit, MOD_A_RELAS, FN_A)->r_offset = at;
}

/* Only the prefix itself is rewritten. */
static void late_behind_lock(struct elf_edit *edit)
{
	move_late_rela(edit, "site_lock");
}

/* A late relocation of four bytes at offset of a section. */
static void late_in_table(struct elf_edit *edit, const char *table, uint64_t offset)
{
	Elf64_Rela *rela = elf_edit_rela(edit, ".klp.rela.mod_b..data", ".klp.sym.mod_b.fn_b,0");
	char name[64];

	elf_edit_drop_relas(edit, table, offset, 4);
	rela->r_offset = offset;
	rela->r_info = ELF64_R_INFO(ELF64_R_SYM(rela->r_info), R_X86_64_PC32);
	elf_edit_section(edit, ".klp.rela.mod_b..data")->sh_info = elf_edit_section_index(edit, table);
	snprintf(name, sizeof(name), ".klp.rela.mod_b.%s", table);
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", name);
}

/* The same in a table that the module does not have: its data gets that name. */
static void late_in_new_table(struct elf_edit *edit, const char *table)
{
	char name[64];

	elf_edit_rename_section(edit, ".data", table);
	snprintf(name, sizeof(name), ".klp.rela.vmlinux.%s", table);
	elf_edit_rename_section(edit, ".klp.rela.vmlinux..data", name);
	late_in_table(edit, table, 16);
}

#define LATE_IN_TABLE(function, table)                                                                                 \
	static void function(struct elf_edit *edit)                                                                    \
	{                                                                                                              \
		late_in_table(edit, table, 0);                                                                         \
	}
#define LATE_IN_NEW_TABLE(function, table)                                                                             \
	static void function(struct elf_edit *edit)                                                                    \
	{                                                                                                              \
		late_in_new_table(edit, table);                                                                        \
	}

LATE_IN_TABLE(late_in_ex_table, "__ex_table")
LATE_IN_TABLE(late_in_bug_table, "__bug_table")
LATE_IN_TABLE(late_in_jump_table, "__jump_table")
LATE_IN_TABLE(late_in_alternatives, ".altinstructions")
LATE_IN_TABLE(late_in_parainstructions, ".parainstructions")
LATE_IN_TABLE(late_in_static_call_sites, ".static_call_sites")
LATE_IN_TABLE(late_in_retpoline_sites, ".retpoline_sites")
LATE_IN_TABLE(late_in_return_sites, ".return_sites")
LATE_IN_TABLE(late_in_call_sites, ".call_sites")
LATE_IN_TABLE(late_in_seals, ".ibt_endbr_seal")
LATE_IN_TABLE(late_in_smp_locks, ".smp_locks")
LATE_IN_TABLE(late_in_mcount_locations, "__mcount_loc")
LATE_IN_NEW_TABLE(late_in_altinstr_aux, ".altinstr_aux")
LATE_IN_NEW_TABLE(late_in_trampolines, ".static_call.text")
LATE_IN_NEW_TABLE(late_in_cfi_sites, ".cfi_sites")
LATE_IN_TABLE(late_in_unwind_data, ".orc_unwind")
LATE_IN_TABLE(late_in_unwind_places, ".orc_unwind_ip")
LATE_IN_NEW_TABLE(late_in_patchable_entries, "__patchable_function_entries")
LATE_IN_NEW_TABLE(late_in_tracepoints, "__tracepoints_ptrs")
LATE_IN_NEW_TABLE(late_in_events, "_ftrace_events")
LATE_IN_NEW_TABLE(late_in_parameters, "__param")
LATE_IN_NEW_TABLE(late_in_this_module, ".gnu.linkonce.this_module")
LATE_IN_NEW_TABLE(late_in_exports, "__ksymtab_gpl")
LATE_IN_NEW_TABLE(late_in_percpu_data, ".data..percpu")
LATE_IN_NEW_TABLE(late_in_init_data, ".init.data")

LATE_IN_NEW_TABLE(late_in_trampoline_keys, ".static_call_tramp_key")
LATE_IN_NEW_TABLE(late_in_tracepoint, "__tracepoints")
LATE_IN_NEW_TABLE(late_in_evals, "_ftrace_eval_map")
LATE_IN_NEW_TABLE(late_in_trace_formats, "__trace_printk_fmt")
LATE_IN_NEW_TABLE(late_in_bpf_events, "__bpf_raw_tp_map")
LATE_IN_NEW_TABLE(late_in_kprobe_blacklist, "_kprobe_blacklist")
LATE_IN_NEW_TABLE(late_in_error_injection, "_error_injection_whitelist")
LATE_IN_NEW_TABLE(late_in_srcu_list, "___srcu_struct_ptrs")
LATE_IN_NEW_TABLE(late_in_printk_index, ".printk_index")
LATE_IN_NEW_TABLE(late_in_dyndbg, "__dyndbg")
LATE_IN_NEW_TABLE(late_in_dyndbg_classes, "__dyndbg_classes")
LATE_IN_NEW_TABLE(late_in_ctors, ".ctors")
LATE_IN_NEW_TABLE(late_in_init_array, ".init_array")
LATE_IN_NEW_TABLE(late_in_kunit_suites, ".kunit_test_suites")
LATE_IN_NEW_TABLE(late_in_kunit_init_suites, ".kunit_init_test_suites")
LATE_IN_NEW_TABLE(late_in_alloc_tags, "alloc_tags")
LATE_IN_NEW_TABLE(late_in_codetag, ".codetag.alloc_tags")
LATE_IN_NEW_TABLE(late_in_export_crcs, "__kcrctab")
LATE_IN_NEW_TABLE(late_in_btf, ".BTF")
LATE_IN_NEW_TABLE(late_in_klp_objects, ".klp.objects")
LATE_IN_NEW_TABLE(late_in_klp_states, ".klp.states")

/* The sympos of the first record. */
static void late_in_klp_funcs(struct elf_edit *edit)
{
	late_in_table(edit, ".klp.funcs", 24);
}

/* What follows the name module_layout in its entry is zero. */
static void late_in_versions(struct elf_edit *edit)
{
	late_in_table(edit, "__versions", 40);
}

static void late_in_modinfo(struct elf_edit *edit)
{
	uint64_t size = elf_edit_section(edit, ".modinfo")->sh_size;
	char info[512] = "";

	memcpy(info, elf_edit_data(edit, ".modinfo"), size);
	elf_edit_set_data(edit, ".modinfo", info, size + 8);
	late_in_table(edit, ".modinfo", size + 4);
}

/* Nothing lists these bytes, but the section is read. */
static void late_behind_replacement(struct elf_edit *edit)
{
	late_in_table(edit, ".altinstr_replacement", 5);
}

static void late_in_replacement(struct elf_edit *edit)
{
	Elf64_Shdr *target = elf_edit_section(edit, ".altinstr_replacement");
	Elf64_Shdr *sections = (Elf64_Shdr *)(edit->bytes + elf_edit_header(edit)->e_shoff);
	Elf64_Rela *rela = elf_edit_rela(edit, ".klp.rela.mod_b..data", ".klp.sym.mod_b.fn_b,0");

	rela->r_offset = 1;
	rela->r_info = ELF64_R_INFO(ELF64_R_SYM(rela->r_info), R_X86_64_PLT32);
	elf_edit_section(edit, ".klp.rela.mod_b..data")->sh_info = (uint32_t)(target - sections);
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", ".klp.rela.mod_b..altinstr_replacement");
}

static void late_in_init(struct elf_edit *edit)
{
	Elf64_Shdr *target = elf_edit_section(edit, ".init.text");
	Elf64_Shdr *sections = (Elf64_Shdr *)(edit->bytes + elf_edit_header(edit)->e_shoff);

	elf_edit_rela(edit, ".klp.rela.mod_b..data", ".klp.sym.mod_b.fn_b,0")->r_offset = 1;
	elf_edit_section(edit, ".klp.rela.mod_b..data")->sh_info = (uint32_t)(target - sections);
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", ".klp.rela.mod_b..init.text");
}

/* ---- L7 to L13 ---- */

static void arch_section(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, ".smp_locks", ".klp.arch.vmlinux..smp_locks");
}

static void patched_twice(struct elf_edit *edit)
{
	Elf64_Rela *relas = elf_edit_data(edit, ".rela.klp.funcs");

	/* Each record has three pointers: make the third record one more of mod_a's fn_a. */
	relas[6].r_info = relas[3].r_info;
	relas[6].r_addend = relas[3].r_addend;
	relas[7].r_info = relas[4].r_info;
	relas[7].r_addend = relas[4].r_addend;
	/* mod_b is not patched any more, so its relocations must go, or L5 is broken. */
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", ".klp.rela.mod_a..data");
}

/* A record has two pointers and the kind. */
static void callback_without_object(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.callbacks", 0, 8);
}

static void callback_without_function(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.callbacks", 8, 8);
}

static void callback_of_unknown_kind(struct elf_edit *edit)
{
	((uint64_t *)elf_edit_data(edit, ".klp.callbacks"))[2] = 4;
}

static void callback_twice(struct elf_edit *edit)
{
	Elf64_Rela *relas = elf_edit_data(edit, ".rela.klp.callbacks");

	relas[2].r_info = relas[0].r_info;
	relas[2].r_addend = relas[0].r_addend;
	((uint64_t *)elf_edit_data(edit, ".klp.callbacks"))[5] = 0;
}

static void callback_table_cut(struct elf_edit *edit)
{
	elf_edit_section(edit, ".klp.callbacks")->sh_size -= 8;
}

static void callback_table_without_end(struct elf_edit *edit)
{
	elf_edit_section(edit, ".klp.callbacks")->sh_size -= 24;
}

/* The name of the file, not that of the module. */
static void patched_object_of_file_name(struct elf_edit *edit)
{
	char *strings = elf_edit_data(edit, ".rodata.klp.str1.1");

	memcpy(memmem(strings, elf_edit_section(edit, ".rodata.klp.str1.1")->sh_size, "mod_b", 6), "mod-b", 6);
	/* mod_b is not patched any more, so its relocations must go, or L5 is broken. */
	elf_edit_rename_section(edit, ".klp.rela.mod_b..data", ".klp.rela.mod_a..data");
}

static void record_without_object(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.funcs", 0, 8);
}

static void record_without_name(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.funcs", 8, 8);
}

static void record_without_new_function(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.funcs", 16, 8);
}

static void new_function_is_data(struct elf_edit *edit)
{
	Elf64_Rela *relas = elf_edit_data(edit, ".rela.klp.funcs");

	relas[2].r_info = relas[0].r_info;
}

static void new_function_of_vmlinux(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".klp.funcs", 16, 8);
	elf_edit_rela(edit, ".klp.rela.vmlinux..data", ".klp.sym.vmlinux.hidden_var,0")->r_offset = 16;
	elf_edit_section(edit, ".klp.rela.vmlinux..data")->sh_info = elf_edit_section_index(edit, ".klp.funcs");
	elf_edit_rename_section(edit, ".klp.rela.vmlinux..data", ".klp.rela.vmlinux..klp.funcs");
}

static void part_of_a_record(struct elf_edit *edit)
{
	uint8_t records[3 * 32 + 8] = {0};

	memcpy(records, elf_edit_data(edit, ".klp.funcs"), 3 * 32);
	elf_edit_set_data(edit, ".klp.funcs", records, sizeof(records));
}

static void set_patched_name(struct elf_edit *edit, const char *name)
{
	char *strings = elf_edit_data(edit, ".rodata.klp.str1.1");

	memcpy(memmem(strings, elf_edit_section(edit, ".rodata.klp.str1.1")->sh_size, "patched_fn", 11), name,
	       strlen(name) + 1);
}

static void patched_init(struct elf_edit *edit)
{
	set_patched_name(edit, "init_fn");
}

static void patched_notrace(struct elf_edit *edit)
{
	set_patched_name(edit, "notrace_fn");
}

static void patched_notrace_in_module(struct elf_edit *edit)
{
	char *strings = elf_edit_data(edit, ".rodata.klp.str1.1");

	memcpy(memmem(strings, elf_edit_section(edit, ".rodata.klp.str1.1")->sh_size, "fn_a", 5), "fn_q", 5);
}

static void patched_unknown(struct elf_edit *edit)
{
	set_patched_name(edit, "no_such_fn");
}

static void patched_ambiguous(struct elf_edit *edit)
{
	set_patched_name(edit, "twice");
}

static void patched_unknown_in_module(struct elf_edit *edit)
{
	uint64_t *records = elf_edit_data(edit, ".klp.funcs");

	records[4 + 3] = 7;
}

#define X10 "xxxxxxxxxx"

static void object_name_too_long(struct elf_edit *edit)
{
	/* The modules directory has no such module: that can't be checked, but the length can. */
	elf_edit_rename_symbol(edit, FN_A, ".klp.sym." X10 X10 X10 X10 X10 "xxxxxx.fn_a,0");
}

static void symbol_name_too_long(struct elf_edit *edit)
{
	char name[600] = ".klp.sym." X10 ".";

	memset(name + strlen(name), 'y', 512);
	strcat(name, ",0");
	elf_edit_rename_symbol(edit, FN_A, name);
}

static void own_name_too_long(struct elf_edit *edit)
{
	static const char info[] =
		"license=GPL\0livepatch=Y\0depends=\0"
		"vermagic=6.99.0-test SMP mod_unload modversions \0name=" X10 X10 X10 X10 X10 "xxxxxx";

	elf_edit_set_data(edit, ".modinfo", info, sizeof(info));
}

static void waiting_object_name_too_long(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, MOD_A_RELAS, ".klp.rela." X10 X10 X10 X10 X10 "xxxxxx..text.fn_a");
	/* Without the table of patched functions nobody can tell that this object is not patched. */
	elf_edit_rename_section(edit, ".klp.funcs", ".data.other");
}

static void longest_names(struct elf_edit *edit)
{
	char name[600] = ".klp.sym." X10 X10 X10 X10 X10 "xxxxx.";

	memset(name + strlen(name), 'y', 511);
	strcat(name, ",0");
	elf_edit_rename_symbol(edit, FN_A, name);
}

/* A symbol in a namespace: symvers has it, the module must import the namespace. */
static void use_namespace(struct elf_edit *edit)
{
	uint64_t crc = 0x55555555;
	char *versions = elf_edit_data(edit, "__versions");

	elf_edit_rename_symbol(edit, "exported_fn", "spaced_fn");
	versions = elf_edit_data(edit, "__versions");
	memcpy(versions + 64, &crc, sizeof(crc));
	strcpy(versions + 64 + sizeof(crc), "spaced_fn");
}

static void namespace_not_imported(struct elf_edit *edit)
{
	use_namespace(edit);
}

static void namespace_imported(struct elf_edit *edit)
{
	static const char info[] = "license=GPL\0livepatch=Y\0depends=\0name=good\0import_ns=OTHER\0import_ns=SPACE\0"
				   "vermagic=6.99.0-test SMP mod_unload modversions ";

	use_namespace(edit);
	elf_edit_set_data(edit, ".modinfo", info, sizeof(info));
}

static void no_layout_crc(struct elf_edit *edit)
{
	strcpy((char *)elf_edit_data(edit, "__versions") + 8, "module_layou");
}

static void wrong_crc(struct elf_edit *edit)
{
	*((uint8_t *)elf_edit_data(edit, "__versions") + 64) ^= 1;
}

static void no_crc(struct elf_edit *edit)
{
	strcpy((char *)elf_edit_data(edit, "__versions") + 64 + 8, "exported_f");
}

static void wrong_layout(struct elf_edit *edit)
{
	*(uint8_t *)elf_edit_data(edit, "__versions") ^= 1;
}

static void not_exported(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, "exported_fn", "hidden_fn");
}

static void wrong_vermagic(struct elf_edit *edit)
{
	char *info = elf_edit_data(edit, ".modinfo");

	*(char *)memmem(info, elf_edit_section(edit, ".modinfo")->sh_size, "6.99.0", 6) = '7';
}

static void no_livepatch_mark(struct elf_edit *edit)
{
	char *info = elf_edit_data(edit, ".modinfo");

	*((char *)memmem(info, elf_edit_section(edit, ".modinfo")->sh_size, "livepatch=Y", 11) + 10) = 'N';
}

static void not_gpl(struct elf_edit *edit)
{
	char *info = elf_edit_data(edit, ".modinfo");

	*((char *)memmem(info, elf_edit_section(edit, ".modinfo")->sh_size, "license=GPL", 11) + 8) = 'X';
}

static void other_gpl(struct elf_edit *edit)
{
	static const char info[] = "license=Dual BSD/GPL\0livepatch=Y\0depends=\0name=good\0"
				   "vermagic=6.99.0-test SMP mod_unload modversions ";

	elf_edit_set_data(edit, ".modinfo", info, sizeof(info));
}

static void writable_text(struct elf_edit *edit)
{
	elf_edit_section(edit, ".text.fn_a")->sh_flags |= SHF_WRITE;
}

/* `mov hidden_var(%rip)` becomes a reference to a function's address. */
static void address_of_sealed(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.hidden_var,0", ".klp.sym.vmlinux.sealed_fn,0");
}

/* One reference to it is a call, the other one a pointer. */
static void address_of_sealed_in_module(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_b.fn_b,0", ".klp.sym.mod_b.fn_s,0");
}

/* A static function that is only called has no endbr. */
static void address_of_called(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.hidden_var,0", ".klp.sym.vmlinux.notrace_fn,0");
}

static void address_of_called_in_module(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.mod_b.fn_b,0", ".klp.sym.mod_b.fn_c,0");
}

static void call_of_called(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.notrace_fn,0");
}

/* A call of a sealed function is fine: no indirect branch lands on its endbr. */
static void call_of_sealed(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.sealed_fn,0");
}

static void no_unwind_records(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, ".orc_unwind", ".orc_unwinx");
}

static void no_unwind_places(struct elf_edit *edit)
{
	elf_edit_rename_section(edit, ".orc_unwind_ip", ".orc_unwind_ix");
}

/* The record of patched_new, the second one. */
static void function_without_unwind_record(struct elf_edit *edit)
{
	elf_edit_drop_relas(edit, ".orc_unwind_ip", 4, 4);
}

static void address_of_executable_data(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, ".klp.sym.vmlinux.hidden_var,0", ".klp.sym.vmlinux.executable_var,0");
}

/* The kernel reads 0 and 1 alike where a name is unique. */
static void sympos_one(struct elf_edit *edit)
{
	elf_edit_rename_symbol(edit, HIDDEN_FN, ".klp.sym.vmlinux.hidden_fn,1");
}

struct mutation {
	const char *rule; /* NULL: still good */
	void (*mutate)(struct elf_edit *edit);
	const char *module; /* what is changed */
};

static const struct fixture *shared_fixture;

static void test_mutation(void **state)
{
	const struct mutation *mutation = *state;
	const char *path = fixture_path(shared_fixture, "mutated.ko");
	struct elf_edit edit = elf_edit_read(fixture_path(shared_fixture, mutation->module));
	struct verify_result result;
	bool is_named = !mutation->rule, is_other = false;

	mutation->mutate(&edit);
	elf_edit_write(&edit, path);
	elf_edit_free(&edit);
	assert_int_equal(verify(shared_fixture, path, &result), 0);
	for (uint32_t i = 0; i < result.findings.n; i++) {
		if (mutation->rule && !strcmp(result.findings.v[i].rule, mutation->rule))
			is_named = true;
		else
			is_other = true;
	}
	if (!is_named || is_other)
		verify_print_text(&result, stderr);
	verify_result_free(&result);
	assert_true(is_named);
	assert_false(is_other);
}

static int mutation_setup(void **state)
{
	void *mutation = *state;
	int err = 0;

	/* One fixture serves all; the group's own state is the table row. */
	if (!shared_fixture) {
		err = fixture_setup(state);
		shared_fixture = *state;
	}
	*state = mutation;
	return err;
}

static int shared_teardown(void **state)
{
	*state = (void *)(uintptr_t)shared_fixture;
	return shared_fixture ? fixture_teardown(state) : 0;
}

static char *read_all(const char *path)
{
	static char buffer[65536];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	buffer[fread(buffer, 1, sizeof(buffer) - 1, file)] = 0;
	fclose(file);
	return buffer;
}

static void test_text_report(void **state)
{
	const char *path = fixture_path(*state, "bad.ko"), *out_path = fixture_path(*state, "report");
	struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
	struct verify_result result;
	FILE *out = fopen(out_path, "w");
	char line[256];

	/* However wide the terminal is. */
	setenv("COLUMNS", "10000", 1);
	sympos_too_large(&edit);
	elf_edit_write(&edit, path);
	elf_edit_free(&edit);
	assert_int_equal(verify(*state, path, &result), 0);
	verify_print_text(&result, out);
	fclose(out);
	snprintf(line, sizeof(line),
		 "%s: .text.patched_fn+0x6: .klp.sym.vmlinux.hidden_fn,2: L4: vmlinux has 1 symbol of", path);
	assert_non_null(strstr(read_all(out_path), line));
	verify_result_free(&result);
}

static void test_json_report(void **state)
{
	const char *path = fixture_path(*state, "a \"b\\.ko"), *out_path = fixture_path(*state, "report.json");
	struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
	struct verify_result result;
	FILE *out = fopen(out_path, "w");

	wrong_crc(&edit);
	elf_edit_write(&edit, path);
	elf_edit_free(&edit);
	assert_int_equal(verify(*state, path, &result), 0);
	verify_print_json(&result, out);
	fclose(out);
	fixture_run(
		*state,
		"jq -e '.verdict == \"violation\" and (.findings | length) == 1 and .findings[0].rule == \"L10\" and "
		".findings[0].symbol == \"exported_fn\" and (.rules | length) == 13' report.json >/dev/null");
	verify_result_free(&result);
}

/* With the symbols as text, what needs the image is said not to be checked. */
static void test_symbol_text(void **state)
{
	struct verify_input input = {
		.module = fixture_path(*state, "good.ko"),
		.vmlinux = fixture_path(*state, "kallsyms"),
		.symvers = fixture_path(*state, "Module.symvers"),
	};
	struct diag diag = {.out = stderr};
	struct verify_result result;

	fixture_run(*state, "nm -n vmlinux > kallsyms");
	assert_int_equal(verify_run(&input, &result, &diag), 0);
	assert_int_equal(result.findings.n, 0);
	assert_true(result.skips.n >= 4);
	verify_result_free(&result);
}

/*
 * A late relocation at each offset of code that is full of sites: which of them overlap one follows here from what the
 * source declares alone, the symbols at the sites and how many bytes each has.
 */
static void test_extent_of_sites(void **state)
{
	static const struct {
		const char *symbol;
		uint64_t size;
	} sites[] = {
		{"site_alternative", 5}, {"site_paravirt", 5}, {"site_jump_label", 5}, {"site_static_call", 5},
		{"site_retpoline", 5},   {"site_return", 5},   {"site_call", 5},       {"site_seal", 4},
		{"site_lock", 1},        {"site_ftrace", 5},   {"site_short", 2},      {"site_long", 7},
	};
	uint64_t size, is_late = 0;

	size = 0;
	for (uint64_t at = 0; !at || at + 4 <= size; at++) {
		struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
		const char *path = fixture_path(*state, "site.ko");
		struct verify_result result;
		bool wanted = false, found = false;

		size = elf_edit_section(&edit, ".text.fn_a")->sh_size;
		for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
			uint64_t start = elf_edit_symbol(&edit, sites[i].symbol)->st_value;

			wanted |= at < start + sites[i].size && start < at + 4;
		}
		is_late += wanted;
		elf_edit_rela(&edit, MOD_A_RELAS, FN_A)->r_offset = at;
		elf_edit_write(&edit, path);
		elf_edit_free(&edit);
		assert_int_equal(verify(*state, path, &result), 0);
		for (uint32_t i = 0; i < result.findings.n; i++)
			found |= !strcmp(result.findings.v[i].rule, "L6");
		if (found != wanted)
			fail_msg("%s+%#lx: L6 is %sbroken", ".text.fn_a", (unsigned long)at, found ? "" : "not ");
		verify_result_free(&result);
	}
	/* Both answers were there. */
	assert_true(is_late > 0 && is_late < size - 3);
}

/*
 * While a module is being loaded the kernel counts symbols of its .init* sections too: a sympos must mean the same
 * symbol then and later.
 */
static void test_init_namesakes(void **state)
{
	static const struct {
		const char *symbol;
		bool is_broken;
	} cases[] = {
		{"before,0", true}, {"before,1", true}, {"behind,0", true}, {"behind,1", false}, {"alone,0", false}};

	fixture_run(*state,
		    "printf '.section .init.text\\nbefore: nop\\n.text\\nbehind: nop\\nalone: nop\\n' > one.S && "
		    "printf '.text\\nbefore: nop\\n.section .init.text\\nbehind: nop\\n' > two.S && "
		    "cc -c one.S && cc -c two.S && ld -r -o modules/mod_d.ko one.o two.o");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
		const char *path = fixture_path(*state, "namesake.ko");
		struct verify_result result;
		char name[64];

		snprintf(name, sizeof(name), ".klp.sym.mod_d.%s", cases[i].symbol);
		elf_edit_rename_symbol(&edit, ".klp.sym.mod_b.fn_b,0", name);
		elf_edit_rename_section(&edit, ".klp.rela.mod_b..data", ".klp.rela.mod_d..data");
		elf_edit_rename_section(&edit, ".klp.funcs", ".data.other");
		elf_edit_write(&edit, path);
		elf_edit_free(&edit);
		assert_int_equal(verify(*state, path, &result), 0);
		assert_int_equal(result.findings.n > 0, cases[i].is_broken);
		for (uint32_t f = 0; f < result.findings.n; f++)
			assert_string_equal(result.findings.v[f].rule, "L5");
		verify_result_free(&result);
	}
}

/* The kernel's loader reads e_shnum, 16 bits. */
static void test_too_many_sections(void **state)
{
	const char *path = fixture_path(*state, "many.ko");
	struct verify_result result;
	bool is_found = false;

	fixture_run(*state,
		    "printf '.macro one\\n.section .d\\\\@,\"aw\"\\n.endm\\n.rept 66000\\none\\n.endr\\n' > many.S && "
		    "cc -c -o many.ko many.S");
	assert_int_equal(verify(*state, path, &result), 0);
	for (uint32_t i = 0; i < result.findings.n; i++)
		is_found |= !strcmp(result.findings.v[i].rule, "L1") && !!strstr(result.findings.v[i].what, "sections");
	assert_true(is_found);
	verify_result_free(&result);
}

static void replace_version(struct elf_edit *edit, const char *version)
{
	uint8_t *at = edit->bytes;

	while ((at = memmem(at, edit->size - (size_t)(at - edit->bytes), "6.99.0", 6)))
		memcpy(at, version, 6);
}

/* Before 6.1 a symbol's name was four times shorter. */
static void test_symbol_length_of_older_kernel(void **state)
{
	static const struct {
		const char *version;
		int length;
		uint32_t findings;
	} cases[] = {{"5.99.0", 128, 1}, {"6.0.99", 128, 1}, {"6.0.99", 127, 0}, {"6.1.99", 128, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct elf_edit image = elf_edit_read(fixture_path(*state, "vmlinux"));
		struct elf_edit module = elf_edit_read(fixture_path(*state, "good.ko"));
		struct verify_input input = {
			.module = fixture_path(*state, "length.ko"),
			.vmlinux = fixture_path(*state, "vmlinux-old"),
			.symvers = fixture_path(*state, "Module.symvers"),
			.modules = fixture_path(*state, "modules"),
		};
		struct diag diag = {.out = stderr};
		struct verify_result result;
		char name[600] = ".klp.sym.absent.";

		memset(name + strlen(name), 'y', (size_t)cases[i].length);
		strcat(name, ",0");
		replace_version(&image, cases[i].version);
		replace_version(&module, cases[i].version);
		elf_edit_rename_symbol(&module, FN_A, name);
		elf_edit_write(&image, input.vmlinux);
		elf_edit_write(&module, input.module);
		elf_edit_free(&image);
		elf_edit_free(&module);
		assert_int_equal(verify_run(&input, &result, &diag), 0);
		assert_int_equal(result.findings.n, cases[i].findings);
		if (result.findings.n)
			assert_string_equal(result.findings.v[0].rule, "L9");
		verify_result_free(&result);
	}
}

static bool has_skip(const struct verify_result *result, const char *rule, const char *words)
{
	for (uint32_t i = 0; i < result->skips.n; i++)
		if (!strcmp(result->skips.v[i].rule, rule) && strstr(result->skips.v[i].reason, words))
			return true;
	return false;
}

/* A module of another tool: what it patches is not known, and that is said for each rule that needs it. */
static void test_no_table_of_functions(void **state)
{
	const char *path = fixture_path(*state, "other.ko");
	struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
	struct verify_result result;

	elf_edit_rename_section(&edit, ".klp.funcs", ".data.other");
	elf_edit_write(&edit, path);
	elf_edit_free(&edit);
	assert_int_equal(verify(*state, path, &result), 0);
	assert_int_equal(result.findings.n, 0);
	assert_true(has_skip(&result, "L5", "no .klp.funcs table"));
	assert_true(has_skip(&result, "L8", "no .klp.funcs table"));
	verify_result_free(&result);
}

/* What lies beside a module under a similar name, or under the same one and can't be read, does not hide it. */
static void test_stray_files(void **state)
{
	struct verify_input input = {
		.module = fixture_path(*state, "stray.ko"),
		.vmlinux = fixture_path(*state, "vmlinux"),
		.symvers = fixture_path(*state, "Module.symvers"),
		.modules = fixture_path(*state, "stray"),
	};
	struct elf_edit edit = elf_edit_read(fixture_path(*state, "good.ko"));
	struct diag diag = {.out = stderr};
	struct verify_result result;

	no_such_module_symbol(&edit);
	elf_edit_write(&edit, input.module);
	elf_edit_free(&edit);
	fixture_run(*state,
		    "mkdir -p stray/a/b stray/c stray/mod-a.ko && cp modules/mod_b.ko stray && "
		    "cp modules/kernel/drivers/mod-a.ko stray/mod-a.ko/mod-a.ko && cd stray && "
		    "cp mod_b.ko mod_a.ko.debug && "
		    "for f in mod_a.ko mod-a.ko.gz a/mod-a.ko a/b/mod_a.ko c/mod_a.ko.xz; do echo no >$f; done");
	assert_int_equal(verify_run(&input, &result, &diag), 0);
	assert_int_equal(result.skips.n, 0);
	assert_int_equal(result.findings.n, 1);
	assert_string_equal(result.findings.v[0].rule, "L5");
	verify_result_free(&result);
}

/* The kernel knows a module by the name in its modinfo, whatever its file is called. */
static void test_name_of_module(void **state)
{
	struct verify_input input = {
		.module = fixture_path(*state, "good.ko"),
		.vmlinux = fixture_path(*state, "vmlinux"),
		.symvers = fixture_path(*state, "Module.symvers"),
		.modules = fixture_path(*state, "named"),
	};
	struct diag diag = {.out = stderr};
	struct verify_result result;

	for (int i = 0; i < 2; i++) {
		fixture_run(*state,
			    "mkdir -p named && cp modules/mod_b.ko named && printf 'name=%s\\0' >info && "
			    "objcopy --update-section .modinfo=info modules/kernel/drivers/mod-a.ko named/mod-a.ko",
			    i ? "mod_a" : "mod_c");
		assert_int_equal(verify_run(&input, &result, &diag), 0);
		assert_int_equal(has_skip(&result, "L5", "module mod_a: not found"), !i);
		assert_int_equal(has_skip(&result, "L8", "module mod_a: not found"), !i);
		verify_result_free(&result);
	}
}

static void test_missing_file(void **state)
{
	struct verify_input input = {
		.module = fixture_path(*state, "good.ko"),
		.vmlinux = fixture_path(*state, "no-such-file"),
		.symvers = fixture_path(*state, "Module.symvers"),
	};
	struct diag diag = {0};
	struct verify_result result;

	assert_int_not_equal(verify_run(&input, &result, &diag), 0);
	assert_int_equal(diag.errors, 1);
	verify_result_free(&result);
}

#define BREAKS(rule, mutate)                                                                                           \
	{                                                                                                              \
		rule " " #mutate, test_mutation, mutation_setup, NULL, &(struct mutation)                              \
		{                                                                                                      \
			rule, mutate, "good.ko"                                                                        \
		}                                                                                                      \
	}
#define KEEPS(mutate)                                                                                                  \
	{                                                                                                              \
		"good " #mutate, test_mutation, mutation_setup, NULL, &(struct mutation)                               \
		{                                                                                                      \
			NULL, mutate, "good.ko"                                                                        \
		}                                                                                                      \
	}

#define BREAKS_PART(rule, mutate)                                                                                      \
	{                                                                                                              \
		"part, " #mutate, test_mutation, mutation_setup, NULL, &(struct mutation)                              \
		{                                                                                                      \
			rule, mutate, "part.ko"                                                                        \
		}                                                                                                      \
	}

int main(void)
{
	const struct CMUnitTest whole[] = {
		cmocka_unit_test(test_good_module),       cmocka_unit_test(test_text_report),
		cmocka_unit_test(test_json_report),       cmocka_unit_test(test_symbol_text),
		cmocka_unit_test(test_missing_file),      cmocka_unit_test(test_no_table_of_functions),
		cmocka_unit_test(test_stray_files),       cmocka_unit_test(test_name_of_module),
		cmocka_unit_test(test_too_many_sections), cmocka_unit_test(test_symbol_length_of_older_kernel),
		cmocka_unit_test(test_extent_of_sites),   cmocka_unit_test(test_init_namesakes),
	};
	const struct CMUnitTest mutations[] = {
		BREAKS("L1", no_livepatch_flag),
		BREAKS("L1", no_alloc_flag),
		BREAKS("L1", wrong_info),
		BREAKS("L1", other_section),
		BREAKS("L1", wrong_link),
		BREAKS("L1", symbol_not_livepatch),
		BREAKS("L1", symbol_without_sympos),
		BREAKS("L1", symbol_with_owner),
		BREAKS("L1", bytes_not_zero),
		BREAKS("L1", outside_of_section),
		BREAKS("L1", far_outside_of_section),
		BREAKS("L1", flag_without_name),
		BREAKS("L1", unknown_type),
		BREAKS("L1", ordinary_rela_to_livepatch_symbol),
		BREAKS("L1", bad_section_name),
		BREAKS("L1", bad_section_type),
		BREAKS("L1", target_not_loaded),
		BREAKS("L1", named_after_other_section),
		BREAKS("L1", no_such_symbol_index),
		BREAKS("L1", not_finished),
		BREAKS("L1", two_of_one_name),
		BREAKS("L1", two_at_one_place),
		BREAKS("L1", at_ordinary_place),
		BREAKS("L1", ordinary_bytes_not_zero),
		BREAKS("L1", ordinary_unknown_type),
		BREAKS("L1", ordinary_slot),
		BREAKS("L1", ordinary_outside_of_section),
		BREAKS("L2", vmlinux_symbol_waits_for_module),
		BREAKS("L3", exported_symbol),
		BREAKS("L3", exported_namesake),
		BREAKS("L4", sympos_too_large),
		BREAKS("L4", sympos_missing),
		BREAKS("L4", call_of_data),
		BREAKS("L4", no_such_symbol),
		BREAKS("L4", weak_hidden_symbol),
		BREAKS("L4", init_symbol),
		BREAKS("L5", module_symbol_at_load),
		BREAKS("L5", call_of_module_data),
		BREAKS("L5", no_such_module_symbol),
		BREAKS("L5", module_sympos_too_large),
		BREAKS("L5", depends_on_module),
		BREAKS("L5", exported_by_module),
		BREAKS("L5", symbol_of_independent_module),
		BREAKS("L5", object_not_patched),
		BREAKS("L5", waits_for_file_name),
		BREAKS("L5", symbol_of_file_name),
		BREAKS("L5", second_depends),
		BREAKS("L5", softdep_before),
		BREAKS_PART("L5", part_not_marked),
		BREAKS_PART("L5", part_of_other),
		BREAKS_PART("L5", part_does_not_hold),
		BREAKS_PART("L5", part_waits),
		BREAKS_PART("L5", part_without_symbol),
		BREAKS_PART("L5", part_calls_data),
		BREAKS_PART("L5", part_patches_other),
		BREAKS("L6", late_in_alternative),
		BREAKS("L6", late_in_replacement),
		BREAKS("L6", late_in_paravirt),
		BREAKS("L6", late_in_jump_label),
		BREAKS("L6", late_in_static_call),
		BREAKS("L6", late_in_retpoline),
		BREAKS("L6", late_in_return),
		BREAKS("L6", late_in_call),
		BREAKS("L6", late_in_seal),
		BREAKS("L6", late_in_ftrace),
		BREAKS("L6", late_in_lock),
		BREAKS("L6", late_behind_replacement),
		BREAKS("L6", late_in_ex_table),
		BREAKS("L6", late_in_bug_table),
		BREAKS("L6", late_in_jump_table),
		BREAKS("L6", late_in_alternatives),
		BREAKS("L6", late_in_parainstructions),
		BREAKS("L6", late_in_static_call_sites),
		BREAKS("L6", late_in_retpoline_sites),
		BREAKS("L6", late_in_return_sites),
		BREAKS("L6", late_in_call_sites),
		BREAKS("L6", late_in_seals),
		BREAKS("L6", late_in_smp_locks),
		BREAKS("L6", late_in_mcount_locations),
		BREAKS("L6", late_in_altinstr_aux),
		BREAKS("L6", late_in_trampolines),
		BREAKS("L6", late_in_cfi_sites),
		BREAKS("L6", late_in_unwind_data),
		BREAKS("L6", late_in_unwind_places),
		BREAKS("L6", late_in_patchable_entries),
		BREAKS("L6", late_in_tracepoints),
		BREAKS("L6", late_in_events),
		BREAKS("L6", late_in_parameters),
		BREAKS("L6", late_in_this_module),
		BREAKS("L6", late_in_exports),
		BREAKS("L6", late_in_percpu_data),
		BREAKS("L6", late_in_init_data),
		BREAKS("L6", late_in_trampoline_keys),
		BREAKS("L6", late_in_tracepoint),
		BREAKS("L6", late_in_evals),
		BREAKS("L6", late_in_trace_formats),
		BREAKS("L6", late_in_bpf_events),
		BREAKS("L6", late_in_kprobe_blacklist),
		BREAKS("L6", late_in_error_injection),
		BREAKS("L6", late_in_srcu_list),
		BREAKS("L6", late_in_printk_index),
		BREAKS("L6", late_in_dyndbg),
		BREAKS("L6", late_in_dyndbg_classes),
		BREAKS("L6", late_in_ctors),
		BREAKS("L6", late_in_init_array),
		BREAKS("L6", late_in_kunit_suites),
		BREAKS("L6", late_in_kunit_init_suites),
		BREAKS("L6", late_in_alloc_tags),
		BREAKS("L6", late_in_codetag),
		BREAKS("L6", late_in_export_crcs),
		BREAKS("L6", late_in_btf),
		BREAKS("L6", late_in_klp_objects),
		BREAKS("L6", late_in_klp_states),
		BREAKS("L6", late_in_klp_funcs),
		BREAKS("L6", late_in_versions),
		BREAKS("L6", late_in_modinfo),
		BREAKS("L6", late_in_init),
		BREAKS("L7", arch_section),
		BREAKS("L8", callback_without_object),
		BREAKS("L8", callback_without_function),
		BREAKS("L8", callback_of_unknown_kind),
		BREAKS("L8", callback_twice),
		BREAKS("L8", callback_table_cut),
		BREAKS("L8", callback_table_without_end),
		BREAKS("L8", patched_twice),
		BREAKS("L8", patched_init),
		BREAKS("L8", patched_notrace),
		BREAKS("L8", patched_notrace_in_module),
		BREAKS("L8", patched_unknown),
		BREAKS("L8", patched_ambiguous),
		BREAKS("L8", patched_unknown_in_module),
		BREAKS("L8", patched_object_of_file_name),
		BREAKS("L8", record_without_object),
		BREAKS("L8", record_without_name),
		BREAKS("L8", record_without_new_function),
		BREAKS("L8", new_function_is_data),
		BREAKS("L8", new_function_of_vmlinux),
		BREAKS("L8", part_of_a_record),
		BREAKS("L9", object_name_too_long),
		BREAKS("L9", symbol_name_too_long),
		BREAKS("L9", own_name_too_long),
		BREAKS("L9", waiting_object_name_too_long),
		BREAKS("L10", wrong_crc),
		BREAKS("L10", no_layout_crc),
		BREAKS("L10", namespace_not_imported),
		BREAKS("L10", no_crc),
		BREAKS("L10", wrong_layout),
		BREAKS("L10", not_exported),
		BREAKS("L10", wrong_vermagic),
		BREAKS("L11", no_livepatch_mark),
		BREAKS("L11", not_gpl),
		BREAKS("L11", writable_text),
		BREAKS("L12", address_of_sealed),
		BREAKS("L12", address_of_sealed_in_module),
		BREAKS("L12", address_of_called),
		BREAKS("L12", address_of_called_in_module),
		BREAKS("L13", no_unwind_records),
		BREAKS("L13", no_unwind_places),
		BREAKS("L13", function_without_unwind_record),
		KEEPS(call_of_sealed),
		KEEPS(address_of_executable_data),
		KEEPS(call_of_called),
		BREAKS_PART(NULL, part_as_it_is),
		KEEPS(symbol_of_distant_module),
		KEEPS(sympos_one),
		KEEPS(softdep_behind),
		KEEPS(end_of_section),
		KEEPS(late_behind_site),
		KEEPS(late_behind_lock),
		KEEPS(late_before_site),
		KEEPS(longest_names),
		KEEPS(namespace_imported),
		KEEPS(other_gpl),
	};
	int failed = cmocka_run_group_tests_name("verify", whole, fixture_setup, fixture_teardown);

	failed += cmocka_run_group_tests_name("verify, one rule broken", mutations, NULL, shared_teardown);
	return failed;
}
