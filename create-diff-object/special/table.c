// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sources (Linux 6.12 unless said): struct alt_instr in arch/x86/include/asm/alternative.h (12 bytes up to 6.2, 14 since;
 * 13 with the padlen of 5.10), struct bug_entry in include/asm-generic/bug.h, struct exception_table_entry in
 * arch/x86/include/asm/extable.h, struct jump_entry in include/linux/jump_label.h, struct static_call_site in
 * include/linux/static_call_types.h, struct paravirt_patch_site in arch/x86/include/asm/paravirt_types.h (up to 6.7),
 * struct orc_entry in arch/x86/include/asm/orc_types.h. The *_sites tables are arrays of s32 that objtool makes.
 *
 * `.ibt_endbr_seal` has no row on purpose: objtool lists functions there whose address nothing takes, but it sees one
 * object at a time, and a livepatch module's functions are entered from elsewhere. Sealing them would remove
 * the endbr that an indirect call needs.
 */
#include "special/table.h"

#include <stddef.h>
#include <string.h>

static const struct special_row rows[] = {
	{.section = ".altinstructions",
	 .size_env = "ALT_STRUCT_SIZE",
	 .sizes = {14, 12, 13},
	 .fields = {0, 4},
	 .nfields = 2,
	 .decides = true,
	 .has_replacement = true,
	 .rewrites_site = true},
	{.section = "__bug_table",
	 .size_env = "BUG_STRUCT_SIZE",
	 .sizes = {12, 8, 16},
	 .fields = {0, 4},
	 .nfields = 2,
	 .decides = true,
	 .ignore_at = 8,
	 .ignore_len = 2},
	{.section = "__ex_table",
	 .size_env = "EX_STRUCT_SIZE",
	 .sizes = {12, 8, 16},
	 .fields = {0, 4, 8},
	 .nfields = 3,
	 .decides = true},
	{.section = "__jump_table",
	 .size_env = "JUMP_STRUCT_SIZE",
	 .sizes = {16, 24},
	 .fields = {0, 4, 8, 16},
	 .nfields = 4,
	 .decides = true,
	 .rewrites_site = true},
	{.section = ".static_call_sites",
	 .size_env = "STATIC_CALL_STRUCT_SIZE",
	 .sizes = {8},
	 .fields = {0, 4},
	 .nfields = 2,
	 .decides = true,
	 .rewrites_site = true,
	 .may_drop = true,
	 .may_drop_late = true},
	{.section = ".parainstructions",
	 .size_env = "PARA_STRUCT_SIZE",
	 .sizes = {16},
	 .fields = {0},
	 .nfields = 1,
	 .decides = true,
	 .rewrites_site = true},
	{.section = ".smp_locks", .sizes = {4}, .fields = {0}, .nfields = 1, .decides = true},
	{.section = ".retpoline_sites", .sizes = {4}, .fields = {0}, .nfields = 1, .rewrites_site = true},
	{.section = ".return_sites", .sizes = {4}, .fields = {0}, .nfields = 1, .rewrites_site = true},
	{.section = ".call_sites", .sizes = {4}, .fields = {0}, .nfields = 1, .rewrites_site = true, .may_drop = true},
	{.section = ".cfi_sites", .sizes = {4}, .fields = {0}, .nfields = 1, .rewrites_site = true},
	{.section = ".orc_unwind_ip", .sizes = {4}, .fields = {0}, .nfields = 1, .parallel = ".orc_unwind"},
	{.section = "__mcount_loc", .sizes = {8}, .fields = {0}, .nfields = 1},
};

const struct special_row *special_find_row(const char *section)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].section, section))
			return &rows[i];
	return NULL;
}

uint32_t special_rows(const struct special_row **result)
{
	*result = rows;
	return sizeof(rows) / sizeof(rows[0]);
}
