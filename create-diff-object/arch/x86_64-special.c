// SPDX-License-Identifier: GPL-2.0-only
/*
 * The special tables of x86-64 kernels 5.10 to 7.3, one row each. Some are every machine's (__bug_table), in this
 * machine's form.
 *
 * Sources (Linux 6.12 unless said):
 *   .altinstructions    struct alt_instr, arch/x86/include/asm/alternative.h: 14 bytes since 6.3, 12 since 5.13, before
 *                       that 13 with the length of the padding behind
 *   __bug_table         struct bug_entry, include/asm-generic/bug.h: 16 bytes since 6.19, where the format of
 *                       the message is in it, 12 before, 8 without CONFIG_DEBUG_BUGVERBOSE
 *   __ex_table          struct exception_table_entry, arch/x86/include/asm/extable.h: 12 bytes; the last 4 are data
 *                       since 5.16, before that the distance to a handler; 8 bytes before 4.6, 16 in absolute
 *                       addresses
 *   __jump_table        struct jump_entry, include/linux/jump_label.h: 16 bytes; 24 in absolute addresses, before 4.20
 *   .static_call_sites  struct static_call_site, include/linux/static_call_types.h
 *   .parainstructions   struct paravirt_patch_site, arch/x86/include/asm/paravirt_types.h, up to 6.7: 16 bytes with the
 *                       padding that the macros put in front of an entry, and in some kernels behind it as well
 *   __mcount_loc        addresses of the calls of __fentry__, by gcc -mrecord-mcount or objtool
 *   .orc_unwind         struct orc_entry, arch/x86/include/asm/orc_types.h: 6 bytes, whose bits moved in 6.4
 *   .smp_locks, *_sites arrays of s32 distances, the latter made by objtool
 *
 * The other sections that name code: doc/special-sections.md has a rule for each.
 *
 * What rewrites sites: module_finalize() of arch/x86/kernel/module.c, and the notifiers of modules.
 *
 * `.ibt_endbr_seal` is left out: objtool lists functions there whose address nothing takes, but it sees one
 * object at a time, and a livepatch module's functions are entered from elsewhere. Sealing them would remove
 * the endbr that an indirect call needs.
 */
#include "arch/x86_64.h"
#include "kernel/names.h"

/* A table of distances to instructions. */
#define SITES(bytes)                                                                                                   \
	{                                                                                                              \
		{                                                                                                      \
			.size = bytes, .absolute = (bytes) == 8, .fields = { {0, FIELD_SITE} }                         \
		}                                                                                                      \
	}

const struct special_row x86_64_special[] = {
	{.section = ".altinstructions",
	 .type = "alt_instr",
	 .size_env = "ALT_STRUCT_SIZE",
	 .layouts =
		 {{.size = 14, .site_len_at = 12, .repl_len_at = 13, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}},
		  {.size = 12, .site_len_at = 10, .repl_len_at = 11, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}},
		  {.size = 13, .site_len_at = 10, .repl_len_at = 11, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}}},
	 .decides = true,
	 .repl_at = 4,
	 .site = "an alternative",
	 .rewriter = "apply_alternatives()",
	 .early = "apply_alternatives() has read it when the module was loaded"},
	{.section = "__bug_table",
	 .type = "bug_entry",
	 .size_env = "BUG_STRUCT_SIZE",
	 .layouts = {{.size = 16, .line_at = 12, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}, {8, FIELD_TARGET}}},
		     {.size = 12, .line_at = 8, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}},
		     {.size = 8, .fields = {{0, FIELD_SITE}}},
		     {.size = 16, .line_at = 8, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}}},
	 .decides = true,
	 .early = "report_bug() of any CPU reads it at any time"},
	{.section = "__ex_table",
	 .type = "exception_table_entry",
	 .size_env = "EX_STRUCT_SIZE",
	 .layouts = {{.size = 12, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}, {8, FIELD_HANDLER}}},
		     {.size = 8, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}},
		     {.size = 16, .absolute = true, .fields = {{0, FIELD_SITE}, {8, FIELD_TARGET}}}},
	 .decides = true,
	 .early = "post_relocation() has sorted it: the entry is not where the relocation says"},
	{.section = "__jump_table",
	 .type = "jump_entry",
	 .size_env = "JUMP_STRUCT_SIZE",
	 .layouts = {{.size = 16, .fields = {{0, FIELD_SITE}, {4, FIELD_SITE}, {8, FIELD_TARGET}}},
		     {.size = 24, .absolute = true, .fields = {{0, FIELD_SITE}, {8, FIELD_SITE}, {16, FIELD_TARGET}}}},
	 .decides = true,
	 .site = "a jump label site",
	 .rewriter = "jump_label_add_module()",
	 .early = "jump_label_add_module() has sorted and read it",
	 .tests_key = true},
	{.section = ".static_call_sites",
	 .type = "static_call_site",
	 .size_env = "STATIC_CALL_STRUCT_SIZE",
	 .layouts = {{.size = 8, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}}},
	 .decides = true,
	 .site = "a static call site",
	 .rewriter = "static_call_add_module()",
	 .early = "static_call_add_module() has sorted and read it",
	 .may_drop = true,
	 .may_drop_late = true},
	{.section = ".parainstructions",
	 .type = "paravirt_patch_site",
	 .size_env = "PARA_STRUCT_SIZE",
	 .layouts = {{.size = 16, .absolute = true, .least = 10, .site_len_at = 9, .fields = {{0, FIELD_SITE}}}},
	 .decides = true,
	 .site = "a paravirt site",
	 .rewriter = "apply_paravirt()",
	 .early = "apply_paravirt() has read it when the module was loaded"},
	{.section = ".smp_locks",
	 .layouts = SITES(4),
	 .decides = true,
	 .site = "a lock prefix",
	 .rewriter = "alternatives_smp_module_add()",
	 .site_bytes = 1,
	 .early = "alternatives_smp_module_add() has read it when the module was loaded"},
	{.section = ".retpoline_sites",
	 .layouts = SITES(4),
	 .site = "a retpoline site",
	 .rewriter = "apply_retpolines()",
	 .early = "apply_retpolines() has read it when the module was loaded"},
	{.section = ".return_sites",
	 .layouts = SITES(4),
	 .site = "a return site",
	 .rewriter = "apply_returns()",
	 .early = "apply_returns() has read it when the module was loaded"},
	{.section = ".call_sites",
	 .layouts = SITES(4),
	 .site = "a call site of call depth tracking",
	 .rewriter = "callthunks_patch_module_calls()",
	 .early = "callthunks_patch_module_calls() has read it when the module was loaded",
	 .may_drop = true},
	{.section = ".cfi_sites",
	 .layouts = SITES(4),
	 .site = "a call site of FineIBT",
	 .rewriter = "apply_fineibt()",
	 .early = "apply_fineibt() has read it when the module was loaded"},
	/* Where a check of kCFI fails (clang): without its entry, the trap is an invalid opcode to the kernel. */
	{.section = ".kcfi_traps",
	 .layouts = SITES(4),
	 .early = "is_module_cfi_trap() of any CPU reads it at any time"},
	{.section = MCOUNT_SECTION,
	 .layouts = SITES(8),
	 .site = "an ftrace location",
	 .rewriter = "ftrace_module_init()",
	 .site_bytes = 5,
	 .early = "ftrace_module_init() has read it when the module was loaded"},
	/* Of -fpatchable-function-entry, which CALL_PADDING has beside -mfentry: ftrace reads MCOUNT_SECTION. */
	{.section = ENTRIES_SECTION,
	 .layouts = SITES(8),
	 .early = "ftrace_module_init() has read it when the module was loaded",
	 .left_out = true},
	{.section = SEAL_SECTION,
	 .layouts = SITES(4),
	 .site = "a sealed endbr",
	 .rewriter = "apply_seal_endbr()",
	 .site_bytes = 4,
	 .early = "apply_seal_endbr() has read it when the module was loaded",
	 .left_out = true},
	{.section = ORC_SECTION,
	 .type = "orc_entry",
	 .size_env = "ORC_STRUCT_SIZE",
	 .layouts = {{.size = 6}},
	 .is_records = true,
	 .early = "unwind_module_init() has sorted it: the entry is not where the relocation says"},
	{0},
};
