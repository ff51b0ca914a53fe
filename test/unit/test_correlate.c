// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which piece of the patched object is which of the original: what a name, a place, a caller or a user tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "pair-fixture.h"

#define TEXT (SHF_ALLOC | SHF_EXECINSTR)
#define DATA (SHF_ALLOC | SHF_WRITE)

/* A function that does nothing but load these variables, in this order; NULL ends them. */
static void function_using(struct maker *maker, const char *name, ...)
{
	const char *variable;
	va_list ap;

	maker_function(maker, name, STB_GLOBAL);
	va_start(ap, name);
	while ((variable = va_arg(ap, const char *)))
		maker_load(maker, variable);
	va_end(ap);
	maker_return(maker);
}

/* addl $1,variable(%rip): another instruction than maker_load() and maker_store(), which are one. */
static void count(struct maker *maker, const char *variable)
{
	maker_bytes(maker, "\x83\x05", 2);
	maker_field(maker, R_X86_64_PC32, variable, -5);
	maker_bytes(maker, "\1", 1);
}

static void function_calling(struct maker *maker, const char *name, const char *callee)
{
	maker_function(maker, name, STB_GLOBAL);
	maker_call(maker, callee);
	maker_return(maker);
}

static void local_function(struct maker *maker, const char *name)
{
	maker_function(maker, name, STB_LOCAL);
	maker_return(maker);
}

/* ---- names ---- */

static void test_names(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_using(orig, "f", "v", "outside", NULL);
	local_function(orig, "helper");
	maker_variable(orig, "v", STB_LOCAL, "\1\0\0\0", 4);
	local_function(orig, "removed");
	maker_function(orig, "becomes_data", STB_GLOBAL);
	maker_return(orig);

	maker_variable(patched, "becomes_data", STB_GLOBAL, "\1\0\0\0", 4);
	maker_variable(patched, "v", STB_GLOBAL, NULL, 8);
	maker_function(patched, "helper", STB_GLOBAL);
	maker_return(patched);
	function_using(patched, "added", "v", NULL);
	function_using(patched, "f", "v", "outside", NULL);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "f", "f", CORR_NAME);
	/* That it is global, grew or has other bytes now is a change, not another thing. */
	expect_pair(&pair, "helper", "helper", CORR_NAME);
	expect_pair(&pair, "v", "v", CORR_NAME);
	expect_pair(&pair, NULL, "added", CORR_NONE);
	expect_pair(&pair, NULL, "becomes_data", CORR_NONE);
	expect_removed(&pair, "removed");
	expect_removed(&pair, "becomes_data");
	pair_close(&pair);
}

static void test_start_up_code_is_another_thing(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	maker_section(orig, ".init.text", TEXT);
	maker_symbol(orig, "f", STT_FUNC, STB_GLOBAL, 0);
	maker_return(orig);
	maker_symbol(orig, "stays", STT_FUNC, STB_GLOBAL, 0);
	maker_return(orig);
	function_using(patched, "f", NULL);
	maker_section(patched, ".init.text", TEXT);
	maker_symbol(patched, "stays", STT_FUNC, STB_GLOBAL, 0);
	maker_return(patched);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, NULL, "f", CORR_NONE);
	expect_removed(&pair, "f");
	expect_pair(&pair, "stays", "stays", CORR_NAME);
	pair_close(&pair);
}

static void test_alias_is_the_main_name_now(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	local_function(orig, "f");
	local_function(orig, "inside");
	maker_section(patched, ".text.f", TEXT);
	maker_symbol(patched, "f", STT_FUNC, STB_LOCAL, 1);
	maker_symbol(patched, "new_name", STT_FUNC, STB_GLOBAL, 1);
	maker_return(patched);
	/* A name that stands somewhere inside tells nothing of the function. */
	maker_section(patched, ".text.g", TEXT);
	maker_symbol(patched, "g", STT_FUNC, STB_GLOBAL, 2);
	maker_bytes(patched, "\x90", 1);
	maker_symbol(patched, "inside", STT_FUNC, STB_LOCAL, 1);
	maker_return(patched);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	assert_string_equal(side_piece(&pair.patched, pair_piece(&pair.patched, "f"))->name, "new_name");
	expect_pair(&pair, "f", "new_name", CORR_NAME);
	expect_pair(&pair, NULL, "g", CORR_NONE);
	expect_removed(&pair, "inside");
	pair_close(&pair);
}

static void test_nameless_by_section(void **state)
{
	struct pair pair;
	struct elf_obj *objs[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		function_using(maker, "f", NULL);
		maker_section(maker, ".initcall6.init", SHF_ALLOC);
		maker_field(maker, R_X86_64_PC32, "f", 0);
		if (i)
			maker_field(maker, R_X86_64_PC32, "f", 0);
		maker_section(maker, i ? ".of_patched" : ".of_orig", SHF_ALLOC);
		maker_bytes(maker, "\1", 1);
		maker_section(maker, ".unknown", SHF_ALLOC);
		maker_bytes(maker, "\1", 1);
		/* Constants are compared through what refers to them. */
		maker_section(maker, ".rodata", SHF_ALLOC);
		maker_bytes(maker, "\1", 1);
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, ".initcall6.init", ".initcall6.init", CORR_NAME);
	expect_pair(&pair, ".unknown", ".unknown", CORR_NAME);
	expect_pair(&pair, NULL, ".of_patched", CORR_NONE);
	expect_removed(&pair, ".of_orig");
	expect_pair(&pair, NULL, ".rodata", CORR_NONE);
	pair_close(&pair);
}

static void test_unlikely_parts_follow_their_functions(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		function_calling(maker, "f", i ? "f.cold.7" : "f.cold");
		/* Whose function is new */
		function_calling(maker, i ? "h" : "g", i ? "h.cold" : "g.cold");
		maker_section(maker, ".text.unlikely", TEXT);
		maker_symbol(maker, i ? "f.cold.7" : "f.cold", STT_FUNC, STB_LOCAL, 0);
		maker_return(maker);
		maker_symbol(maker, i ? "h.cold" : "g.cold", STT_FUNC, STB_LOCAL, 0);
		maker_return(maker);
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, "f.cold", "f.cold.7", CORR_ROOT);
	expect_pair(&pair, NULL, "h.cold", CORR_NONE);
	expect_removed(&pair, "g.cold");
	pair_close(&pair);
}

/* Code knows an identifier by its place in the list, whatever number its name has. */
static void test_identifiers_by_their_place(void **state)
{
	static const char *const names[2][3] = {
		{"__BTF_ID__func__f__1", "__BTF_ID__func__g__2", "__BTF_ID__func__h__3"},
		{"__BTF_ID__func__f__2", "__BTF_ID__func__h__1", "__BTF_ID__func__h__3"},
	};
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		maker_section(maker, ".BTF_ids", SHF_ALLOC);
		for (int k = 0; k < 3; k++) {
			maker_symbol(maker, names[i][k], STT_OBJECT, STB_LOCAL, 4);
			maker_bytes(maker, "\0\0\0", 4);
		}
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, names[0][0], names[1][0], CORR_PLACE);
	/* Another one stands there now; that it had this very name before says nothing. */
	expect_pair(&pair, NULL, names[1][1], CORR_NONE);
	expect_removed(&pair, names[0][1]);
	expect_pair(&pair, names[0][2], names[1][2], CORR_PLACE);
	pair_close(&pair);
}

/* ---- what had one place ---- */

/* GCC had merged two functions: the one whose name is the main one is what that place was, and the other is new. */
static void test_merged_functions(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	maker_section(orig, ".text.z_main", TEXT);
	maker_symbol(orig, "a_other", STT_FUNC, STB_LOCAL, 1);
	maker_symbol(orig, "z_main", STT_FUNC, STB_GLOBAL, 1);
	maker_return(orig);
	local_function(patched, "a_other");
	function_using(patched, "z_main", NULL);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "z_main", "z_main", CORR_NAME);
	expect_pair(&pair, NULL, "a_other", CORR_NONE);
	pair_close(&pair);
}

/* Of merged constants, it is the one whose content is still the same. */
static void test_merged_constants(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	maker_section(orig, ".rodata.first", SHF_ALLOC);
	maker_symbol(orig, "first", STT_OBJECT, STB_LOCAL, 4);
	maker_symbol(orig, "second", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(orig, "\2\0\0\0", 4);
	maker_section(patched, ".rodata.first", SHF_ALLOC);
	maker_symbol(patched, "first", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(patched, "\1\0\0\0", 4);
	maker_section(patched, ".rodata.second", SHF_ALLOC);
	maker_symbol(patched, "second", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(patched, "\2\0\0\0", 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	assert_string_equal(side_piece(&pair.orig, pair_piece(&pair.orig, "second"))->name, "first");
	expect_pair(&pair, "second", "second", CORR_NAME);
	expect_pair(&pair, NULL, "first", CORR_NONE);
	pair_close(&pair);
}

/* ---- clones ---- */

static void test_clones_by_their_callers(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_calling(orig, "f", "do_it.constprop.0");
	function_calling(orig, "g", "do_it.constprop.1");
	local_function(orig, "do_it.constprop.0");
	local_function(orig, "do_it.constprop.1");
	/* One that a new function calls took the first number. */
	function_calling(patched, "added", "do_it.constprop.0");
	function_calling(patched, "f", "do_it.constprop.1");
	function_calling(patched, "g", "do_it.constprop.2");
	local_function(patched, "do_it.constprop.0");
	local_function(patched, "do_it.constprop.1");
	local_function(patched, "do_it.constprop.2");
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "do_it.constprop.0", "do_it.constprop.1", CORR_CLONE);
	expect_pair(&pair, "do_it.constprop.1", "do_it.constprop.2", CORR_CLONE);
	expect_pair(&pair, NULL, "do_it.constprop.0", CORR_NONE);
	pair_close(&pair);
}

static void test_clones_by_clones(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");
		const char *first = i ? "outer.isra.1" : "outer.isra.0", *second = i ? "outer.isra.0" : "outer.isra.1";

		function_calling(maker, "f", first);
		function_calling(maker, "g", second);
		maker_function(maker, first, STB_LOCAL);
		maker_call(maker, i ? "inner.part.0" : "inner.part.1");
		maker_return(maker);
		maker_function(maker, second, STB_LOCAL);
		maker_call(maker, i ? "inner.part.1" : "inner.part.0");
		maker_return(maker);
		local_function(maker, "inner.part.0");
		local_function(maker, "inner.part.1");
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, "outer.isra.0", "outer.isra.1", CORR_CLONE);
	expect_pair(&pair, "outer.isra.1", "outer.isra.0", CORR_CLONE);
	expect_pair(&pair, "inner.part.1", "inner.part.0", CORR_CLONE);
	expect_pair(&pair, "inner.part.0", "inner.part.1", CORR_CLONE);
	pair_close(&pair);
}

/* Two that one function calls keep their numbers; the last of a name is the last one, whoever calls it. */
static void test_clones_that_callers_do_not_tell(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		maker_function(maker, "f", STB_GLOBAL);
		maker_call(maker, "do_it.isra.0");
		maker_call(maker, "do_it.isra.1");
		maker_return(maker);
		local_function(maker, "do_it.isra.0");
		local_function(maker, "do_it.isra.1");
		function_calling(maker, i ? "h" : "g", i ? "last.isra.5" : "last.isra.4");
		local_function(maker, i ? "last.isra.5" : "last.isra.4");
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, "do_it.isra.0", "do_it.isra.0", CORR_CLONE);
	expect_pair(&pair, "do_it.isra.1", "do_it.isra.1", CORR_CLONE);
	expect_pair(&pair, "last.isra.4", "last.isra.5", CORR_CLONE);
	pair_close(&pair);
}

/* ---- static locals ---- */

static void test_statics_by_their_users(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_using(orig, "f", "count.1", NULL);
	function_using(orig, "g", "count.2", NULL);
	maker_variable(orig, "count.1", STB_LOCAL, NULL, 4);
	maker_variable(orig, "count.2", STB_LOCAL, NULL, 4);
	/* A function before both has one, too; and g's begins with another value, which is a change. */
	function_using(patched, "added", "count.1", NULL);
	function_using(patched, "f", "count.2", NULL);
	function_using(patched, "g", "count.3", NULL);
	maker_variable(patched, "count.1", STB_LOCAL, NULL, 4);
	maker_variable(patched, "count.2", STB_LOCAL, NULL, 4);
	maker_variable(patched, "count.3", STB_LOCAL, "\1\0\0\0", 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "count.1", "count.2", CORR_USERS);
	expect_pair(&pair, "count.2", "count.3", CORR_USERS);
	expect_pair(&pair, NULL, "count.1", CORR_NONE);
	pair_close(&pair);
}

/* A helper has no partner where it was inlined: those who call it stand for it. */
static void test_statics_of_an_inlined_helper(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_calling(orig, "f", "helper");
	maker_function(orig, "helper", STB_LOCAL);
	maker_load(orig, "count.1");
	maker_return(orig);
	function_using(orig, "g", "count.0", NULL);
	maker_variable(orig, "count.0", STB_LOCAL, NULL, 4);
	maker_variable(orig, "count.1", STB_LOCAL, NULL, 4);
	function_using(patched, "f", "count.0", NULL);
	function_using(patched, "g", "count.1", NULL);
	maker_variable(patched, "count.0", STB_LOCAL, NULL, 4);
	maker_variable(patched, "count.1", STB_LOCAL, NULL, 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "count.1", "count.0", CORR_USERS);
	expect_pair(&pair, "count.0", "count.1", CORR_USERS);
	expect_removed(&pair, "helper");
	pair_close(&pair);
}

/* One that only a variable refers to is found by that one. */
static void test_statics_by_variables(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		for (int k = 0; k < 2; k++) {
			const char *name = k ? "table_b" : "table_a", *value = (k ^ i) ? "value.1" : "value.0";

			maker_section(maker, k ? ".data.table_b" : ".data.table_a", DATA);
			maker_symbol(maker, name, STT_OBJECT, STB_LOCAL, 8);
			maker_field(maker, R_X86_64_64, value, 0);
			maker_variable(maker, value, STB_LOCAL, NULL, 4);
		}
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, "value.0", "value.1", CORR_USERS);
	expect_pair(&pair, "value.1", "value.0", CORR_USERS);
	pair_close(&pair);
}

/* Several of one user, as many as before: by their order, if what the function does with each is what it did. */
static void test_statics_in_order(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		maker_function(maker, "f", STB_GLOBAL);
		maker_call(maker, "first_step");
		maker_load(maker, i ? "count.8" : "count.2");
		maker_call(maker, "second_step");
		maker_store(maker, i ? "count.11" : "count.10");
		maker_return(maker);
		maker_variable(maker, i ? "count.11" : "count.10", STB_LOCAL, NULL, 4);
		maker_variable(maker, i ? "count.8" : "count.2", STB_LOCAL, NULL, 4);
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_pair(&pair, "count.2", "count.8", CORR_USERS);
	expect_pair(&pair, "count.10", "count.11", CORR_USERS);
	pair_close(&pair);
}

/* Their numbers say one thing and their uses another. */
static void test_statics_whose_order_and_uses_differ(void **state)
{
	struct elf_obj *objs[2];
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new("a.c");

		maker_function(maker, "f", STB_GLOBAL);
		maker_call(maker, "first_step");
		maker_load(maker, i ? "count.2" : "count.1");
		maker_call(maker, "second_step");
		maker_store(maker, i ? "count.1" : "count.2");
		maker_return(maker);
		maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
		maker_variable(maker, "count.2", STB_LOCAL, NULL, 4);
		objs[i] = maker_finish(maker);
	}
	pair_open(&pair, objs[0], objs[1]);
	expect_ambiguous(&pair, "count.1", "count.1", "count.2");
	expect_ambiguous(&pair, "count.2", "count.2", "count.1");
	pair_close(&pair);
}

/* f() of one side: what is called before each of two counts, and which of them is counted, the other being read. */
static struct elf_obj *two_counts(const char *const calls[2], bool first_is_read, const char *first, const char *second,
				  bool alike)
{
	struct maker *maker = maker_new("a.c");

	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, calls[0]);
	(first_is_read ? maker_load : count)(maker, first);
	maker_call(maker, calls[1]);
	(first_is_read ? count : maker_load)(maker, second);
	maker_return(maker);
	maker_variable(maker, first, STB_LOCAL, "\1\0\0\0", 4);
	maker_variable(maker, second, STB_LOCAL, alike ? "\1\0\0\0" : "\2\0\0\0", 4);
	return maker_finish(maker);
}

/* The function does something else with both now. What stands beside each still tells them; else what they start with has to. */
static void test_statics_that_are_used_otherwise(void **state)
{
	static const char *const before[] = {"first_step", "second_step"}, *const now[] = {"third_step", "fourth_step"};

	(void)state;
	for (int same_calls = 0; same_calls < 2; same_calls++)
		for (int alike = 0; alike < 2; alike++) {
			struct pair pair;

			pair_open(&pair, two_counts(before, true, "count.1", "count.2", alike),
				  two_counts(same_calls ? before : now, false, "count.3", "count.4", alike));
			if (same_calls || !alike) {
				expect_pair(&pair, "count.1", "count.3", CORR_USERS);
				expect_pair(&pair, "count.2", "count.4", CORR_USERS);
			} else {
				expect_ambiguous(&pair, "count.1", "count.3", "count.2");
				expect_ambiguous(&pair, "count.2", "count.4", "count.1");
			}
			pair_close(&pair);
		}
}

/* No function uses both, so no order is seen: what they start with has to tell. */
static void test_statics_whose_order_no_function_shows(void **state)
{
	static const char *const names[2][2] = {{"value.1", "value.2"}, {"value.8", "value.9"}};

	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct elf_obj *objs[2];
		struct pair pair;

		for (int i = 0; i < 2; i++) {
			struct maker *maker = maker_new("a.c");

			maker_section(maker, ".data.table", DATA);
			maker_symbol(maker, "table", STT_OBJECT, STB_LOCAL, 16);
			for (int k = 0; k < 2; k++)
				maker_field(maker, R_X86_64_64, names[i][k], 0);
			maker_variable(maker, names[i][0], STB_LOCAL, "\1\0\0\0", 4);
			maker_variable(maker, names[i][1], STB_LOCAL, alike ? "\1\0\0\0" : "\2\0\0\0", 4);
			objs[i] = maker_finish(maker);
		}
		pair_open(&pair, objs[0], objs[1]);
		if (alike) {
			expect_ambiguous(&pair, names[0][0], names[1][0], names[0][1]);
			expect_ambiguous(&pair, names[0][1], names[1][1], names[0][0]);
		} else {
			expect_pair(&pair, names[0][0], names[1][0], CORR_USERS);
			expect_pair(&pair, names[0][1], names[1][1], CORR_USERS);
		}
		pair_close(&pair);
	}
}

/* More than there were: what the content says holds for several, so the other one of the original stays possible. */
static void test_statics_more_than_before(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_using(orig, "f", "limit.1", "limit.2", NULL);
	maker_variable(orig, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(orig, "limit.2", STB_LOCAL, "\3\0\0\0", 4);
	function_using(patched, "f", "limit.1", "limit.2", "limit.3", NULL);
	maker_variable(patched, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(patched, "limit.2", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(patched, "limit.3", STB_LOCAL, "\5\0\0\0", 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_ambiguous(&pair, "limit.1", "limit.1", "limit.2");
	expect_ambiguous(&pair, "limit.2", "limit.2", "limit.2");
	expect_pair(&pair, NULL, "limit.3", CORR_NONE);
	pair_close(&pair);
}

/* It starts as one of before does, but another one is used as that was. */
static void test_statics_another_is_used_alike(void **state)
{
	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
		struct pair pair;

		maker_function(orig, "f", STB_GLOBAL);
		maker_call(orig, "first_step");
		count(orig, "limit.1");
		maker_call(orig, "second_step");
		maker_load(orig, "limit.2");
		maker_return(orig);
		maker_variable(orig, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
		maker_variable(orig, "limit.2", STB_LOCAL, "\3\0\0\0", 4);
		maker_function(patched, "f", STB_GLOBAL);
		maker_call(patched, alike ? "first_step" : "third_step");
		count(patched, "limit.7");
		maker_call(patched, alike ? "second_step" : "fourth_step");
		maker_load(patched, "limit.5");
		maker_load(patched, "limit.6");
		maker_return(patched);
		maker_variable(patched, "limit.5", STB_LOCAL, "\5\0\0\0", 4);
		maker_variable(patched, "limit.6", STB_LOCAL, "\6\0\0\0", 4);
		maker_variable(patched, "limit.7", STB_LOCAL, "\7\0\0\0", 4);
		pair_open(&pair, maker_finish(orig), maker_finish(patched));
		if (alike)
			expect_ambiguous(&pair, "limit.1", "limit.5", "limit.2");
		else
			expect_pair(&pair, "limit.1", "limit.5", CORR_USERS);
		pair_close(&pair);
	}
}

/* One of two is gone: it is told by what the other one starts with, and not at all if both start alike. */
static void test_statics_one_of_two_is_gone(void **state)
{
	for (int alike = 0; alike < 2; alike++) {
		struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
		struct pair pair;

		(void)state;
		function_using(orig, "f", "limit.1", "limit.2", NULL);
		maker_variable(orig, "limit.1", STB_LOCAL, alike ? "\5\0\0\0" : "\3\0\0\0", 4);
		maker_variable(orig, "limit.2", STB_LOCAL, "\5\0\0\0", 4);
		function_using(patched, "f", "limit.1", NULL);
		maker_variable(patched, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
		pair_open(&pair, maker_finish(orig), maker_finish(patched));
		if (alike) {
			expect_ambiguous(&pair, "limit.1", "limit.1", "limit.2");
		} else {
			expect_pair(&pair, "limit.2", "limit.1", CORR_USERS);
			expect_removed(&pair, "limit.1");
		}
		pair_close(&pair);
	}
}

/* Its function has another name: nothing but the content says that it is the same. */
static void test_statics_of_a_renamed_function(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_using(orig, "f", "count.1", NULL);
	maker_variable(orig, "count.1", STB_LOCAL, NULL, 4);
	function_using(patched, "g", "count.1", "count.2", NULL);
	maker_variable(patched, "count.1", STB_LOCAL, NULL, 8);
	maker_variable(patched, "count.2", STB_LOCAL, NULL, 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, NULL, "count.1", CORR_NONE);
	expect_ambiguous(&pair, "count.1", "count.2", "count.1");
	pair_close(&pair);
}

/* One lost its users, and a function that reached it uses one of the name: that may have taken over. */
static void test_statics_left_over(void **state)
{
	for (int reached = 0; reached < 2; reached++) {
		struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
		struct pair pair;

		(void)state;
		maker_function(orig, "f", STB_GLOBAL);
		maker_load(orig, "count.1");
		if (reached)
			maker_call(orig, "helper");
		maker_return(orig);
		maker_function(orig, "helper", STB_LOCAL);
		maker_load(orig, "count.0");
		maker_return(orig);
		maker_variable(orig, "count.0", STB_LOCAL, NULL, 4);
		maker_variable(orig, "count.1", STB_LOCAL, NULL, 4);
		function_using(patched, "f", "count.1", NULL);
		local_function(patched, "helper");
		maker_variable(patched, "count.1", STB_LOCAL, NULL, 4);
		pair_open(&pair, maker_finish(orig), maker_finish(patched));
		if (reached)
			expect_ambiguous(&pair, "count.1", "count.1", "count.0");
		else
			expect_pair(&pair, "count.1", "count.1", CORR_USERS);
		pair_close(&pair);
	}
}

/* A macro made their names of a counter. */
static void test_counted_names(void **state)
{
	struct maker *orig = maker_new("a.c"), *patched = maker_new("a.c");
	struct pair pair;

	(void)state;
	function_using(orig, "f", "__UNIQUE_ID_state_77", NULL);
	function_using(orig, "g", "__UNIQUE_ID_state_78", NULL);
	maker_variable(orig, "__UNIQUE_ID_state_77", STB_LOCAL, NULL, 4);
	maker_variable(orig, "__UNIQUE_ID_state_78", STB_LOCAL, NULL, 4);
	function_using(patched, "f", "__UNIQUE_ID_state_78", NULL);
	function_using(patched, "g", "__UNIQUE_ID_state_79", NULL);
	maker_variable(patched, "__UNIQUE_ID_state_78", STB_LOCAL, NULL, 4);
	maker_variable(patched, "__UNIQUE_ID_state_79", STB_LOCAL, NULL, 4);
	pair_open(&pair, maker_finish(orig), maker_finish(patched));
	expect_pair(&pair, "__UNIQUE_ID_state_77", "__UNIQUE_ID_state_78", CORR_USERS);
	expect_pair(&pair, "__UNIQUE_ID_state_78", "__UNIQUE_ID_state_79", CORR_USERS);
	pair_close(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_start_up_code_is_another_thing),
		cmocka_unit_test(test_alias_is_the_main_name_now),
		cmocka_unit_test(test_nameless_by_section),
		cmocka_unit_test(test_unlikely_parts_follow_their_functions),
		cmocka_unit_test(test_identifiers_by_their_place),
		cmocka_unit_test(test_merged_functions),
		cmocka_unit_test(test_merged_constants),
		cmocka_unit_test(test_clones_by_their_callers),
		cmocka_unit_test(test_clones_by_clones),
		cmocka_unit_test(test_clones_that_callers_do_not_tell),
		cmocka_unit_test(test_statics_by_their_users),
		cmocka_unit_test(test_statics_of_an_inlined_helper),
		cmocka_unit_test(test_statics_by_variables),
		cmocka_unit_test(test_statics_in_order),
		cmocka_unit_test(test_statics_whose_order_and_uses_differ),
		cmocka_unit_test(test_statics_that_are_used_otherwise),
		cmocka_unit_test(test_statics_whose_order_no_function_shows),
		cmocka_unit_test(test_statics_more_than_before),
		cmocka_unit_test(test_statics_another_is_used_alike),
		cmocka_unit_test(test_statics_one_of_two_is_gone),
		cmocka_unit_test(test_statics_of_a_renamed_function),
		cmocka_unit_test(test_statics_left_over),
		cmocka_unit_test(test_counted_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
