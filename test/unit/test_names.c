// SPDX-License-Identifier: GPL-2.0-only
/* What names of sections and symbols mean. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/sections.h"
#include "kernel/special.h"

static void check_base(const char *name, size_t base_len, bool is_cold, bool has_number)
{
	struct sym_name parsed = sym_name_parse(name);

	assert_int_equal(parsed.base_len, base_len);
	assert_int_equal(parsed.is_cold, is_cold);
	assert_int_equal(parsed.has_number, has_number);
}

static void test_symbol_names(void **state)
{
	(void)state;
	check_base("foo", 3, false, false);
	check_base("foo.cold", 3, true, false);
	check_base("foo.cold.7", 3, true, false);
	check_base("foo.isra.0", 3, false, true);
	check_base("foo.part.0.constprop.1", 3, false, true);
	check_base("foo.isra.0.cold", 3, true, true);
	check_base("count.12", 5, false, true);
	check_base("__x64_sys_ni32", 14, false, false);
	check_base(".12", 3, false, false);
	check_base("f.count", 7, false, false);
	check_base("f.count.1", 7, false, true);
	check_base("foo.llvm.12345", 3, false, true);
}

static void check_variable(const char *name, const char *want)
{
	assert_string_equal(variable_name(name), want);
	assert_int_equal(sym_name_parse(name).has_owner, strcmp(name, want) != 0);
}

static void test_names_of_clang(void **state)
{
	(void)state;
	check_variable("f.count", "count");
	check_variable("f.count.1", "count.1");
	check_variable("count", "count");
	check_variable("count.3", "count.3");
	check_variable("foo.isra.0", "foo.isra.0");
	check_variable("foo.llvm.12345", "foo.llvm.12345");
	check_variable("foo.cold", "foo.cold");
	check_variable("__func__.f", "__func__.f");
	check_variable("switch.table.f", "switch.table.f");
	check_variable(".compoundliteral.1", ".compoundliteral.1");
	check_variable("f.", "f.");
	assert_true(is_anonymous_variable("f.__already_done", ".data..once", NULL));
	assert_true(is_anonymous_variable("f.__already_done.3", ".data..once", NULL));
	assert_true(is_anonymous_variable("__func__.f", ".rodata.__func__.f", NULL));
	assert_true(is_anonymous_variable("switch.table.f", ".rodata.switch.table.f", NULL));
	assert_true(is_anonymous_variable("f.__UNIQUE_ID_ddebug409", "__dyndbg", NULL));
	assert_true(is_anonymous_variable(".compoundliteral", ".rodata..compoundliteral", NULL));
	assert_false(is_anonymous_variable("f.count", ".bss.f.count", NULL));
	assert_false(is_anonymous_variable("f.__warned", ".data.f.__warned", NULL));
	assert_true(is_counted_name("f.__UNIQUE_ID_x1"));
	assert_false(is_counted_name("f.count"));
}

static void test_same_base(void **state)
{
	(void)state;
	assert_true(sym_name_same_base("count.1", "count.2"));
	assert_true(sym_name_same_base("foo.isra.0", "foo.isra.10"));
	assert_false(sym_name_same_base("foo.isra.0", "foo.part.0"));
	assert_false(sym_name_same_base("count.1", "count2.1"));
	assert_false(sym_name_same_base("count", "count.1"));
	assert_false(sym_name_same_base("a1", "a2"));
	assert_true(sym_name_same_base("f.count", "f.count.1"));
	assert_false(sym_name_same_base("f.count", "g.count"));
	assert_false(sym_name_same_base("f.count", "f.counts.1"));
}

static void check_class(const char *name, uint32_t type, uint64_t flags, enum sec_class want)
{
	assert_int_equal(section_class(name, arch_find_special(&arch_x86_64, name), type, flags), want);
}

static void test_sections(void **state)
{
	(void)state;
	check_class(".text.foo", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, SEC_TEXT);
	check_class(".text.unlikely.foo", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, SEC_TEXT);
	check_class(".init.text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, SEC_INIT);
	check_class(".initcall5.init", SHT_PROGBITS, SHF_ALLOC, SEC_INIT);
	check_class(".rodata.foo.str1.1", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE | SHF_STRINGS, SEC_STRINGS);
	/* Found by fuzzing: there is no text in it. */
	check_class(".rodata.foo.str1.1", SHT_NOBITS, SHF_ALLOC | SHF_MERGE | SHF_STRINGS, SEC_DATA);
	check_class(".rodata.cst16", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE, SEC_CONST);
	check_class(".rodata.foo_ops", SHT_PROGBITS, SHF_ALLOC, SEC_DATA);
	check_class(".ref.rodata", SHT_PROGBITS, SHF_ALLOC, SEC_DATA);
	check_class(".bss.x", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, SEC_DATA);
	check_class("__jump_table", SHT_PROGBITS, SHF_ALLOC, SEC_SPECIAL);
	/* Linux 4.6 to 4.16 */
	check_class("__func_stack_frame_non_standard", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, SEC_IGNORED);
	check_class(".data..init_task", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, SEC_DATA);
	check_class(".text..refcount", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, SEC_SPECIAL_TEXT);
	check_class(".debug_info", SHT_PROGBITS, 0, SEC_IGNORED);
	check_class("runtime_ptr_USER_PTR_MAX", SHT_PROGBITS, SHF_ALLOC, SEC_UNKNOWN);
	/* Sealing a function of a patch module would take the endbr that its callers need. */
	check_class(".ibt_endbr_seal", SHT_PROGBITS, SHF_ALLOC, SEC_IGNORED);
}

/* What is known of a section stands in one row: two would say different things one day. */
static void test_one_row_each(void **state)
{
	(void)state;
	for (const struct section_row *row = kernel_sections; row->name; row++) {
		for (const struct section_row *other = row + 1; other->name; other++)
			if (!strcmp(row->name, other->name))
				fail_msg("%s is in two rows", row->name);
		if (arch_find_special(&arch_x86_64, row->name))
			fail_msg("%s is a special table, too", row->name);
		/* A name that ends here is this row's. */
		assert_ptr_equal(kernel_section_find(row->name), row);
	}
	for (const struct special_row *row = arch_x86_64.special; row->section; row++)
		for (const struct special_row *other = row + 1; other->section; other++)
			if (!strcmp(row->section, other->section))
				fail_msg("%s is in two rows", row->section);
}

/* The row that says most decides, whatever their order is. */
static void test_row_of_section(void **state)
{
	(void)state;
	assert_string_equal(kernel_section_find(".text.startup._sub_I_00099_0")->name, ".text.startup._sub_I_");
	assert_string_equal(kernel_section_find(".text.startup.foo")->name, ".text.");
	assert_string_equal(kernel_section_find(".data..percpu..read_mostly")->name, ".data..percpu");
	assert_string_equal(kernel_section_find(".discard.annotate_insn")->name, ".discard.annotate_insn");
	assert_string_equal(kernel_section_find(".discard.mine")->name, ".discard.");
	assert_string_equal(kernel_section_find(".x86_cpu_dev.init")->name, ".init");
	assert_null(kernel_section_find("__tracepoint"));
	assert_true(is_descriptor_section("__dyndbg"));
	assert_false(is_descriptor_section("__dyndbg_classes"));
	assert_true(is_once_section(".data..once", "once"));
	assert_true(is_constant_section(".rodata.foo", SHF_ALLOC));
	assert_false(is_constant_section(".rodata..c_jump_table", SHF_ALLOC));
	assert_string_equal(section_read_early(".init.data", NULL), "do_init_module() has freed it");
	assert_string_equal(section_read_early(".init_array", NULL), "do_init_module() has freed it");
	assert_null(section_read_early(".data.foo", NULL));
	/* Of a table's parts each says for itself who reads it. */
	assert_non_null(section_read_early("__tracepoints_ptrs", NULL));
	assert_null(section_read_early("__tracepoints_strings", NULL));
}

static void test_anonymous_data(void **state)
{
	(void)state;
	assert_true(is_anonymous_variable("__func__.3", ".rodata.__func__.3", NULL));
	assert_true(is_anonymous_variable("__already_done.7", ".data..once", NULL));
	assert_true(is_anonymous_variable("__UNIQUE_ID_ddebug409.2", "__dyndbg", NULL));
	assert_true(is_anonymous_variable("CSWTCH.12", ".rodata.CSWTCH.12", NULL));
	assert_false(is_anonymous_variable("count.3", ".bss.count.3", NULL));
	/* A person's own, by its section. */
	assert_false(is_anonymous_variable("__already_done.7", ".bss.__already_done.7", NULL));
	assert_false(is_anonymous_variable("__warned.1", ".data.__warned.1", NULL));
	assert_false(is_anonymous_variable("__func__.3", ".data.__func__.3", NULL));
	assert_true(is_once_section(".data.once", "__warned.1"));
	assert_false(is_once_section(".data.once", "once"));
	assert_false(is_once_section(".data.unlikely", "unlikely"));
	assert_false(is_anonymous_variable("__func__", ".rodata", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbol_names),   cmocka_unit_test(test_names_of_clang),
		cmocka_unit_test(test_same_base),      cmocka_unit_test(test_sections),
		cmocka_unit_test(test_one_row_each),   cmocka_unit_test(test_row_of_section),
		cmocka_unit_test(test_anonymous_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
