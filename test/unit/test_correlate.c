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

/* Code knows an identifier by its place in the list, whatever number its name has. */
static void side_of_names(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_using(maker, "f", "v", "outside", NULL);
		local_function(maker, "helper");
		maker_variable(maker, "v", STB_LOCAL, "\1\0\0\0", 4);
		local_function(maker, "removed");
		maker_function(maker, "becomes_data", STB_GLOBAL);
		maker_return(maker);
		return;
	}
	maker_variable(maker, "becomes_data", STB_GLOBAL, "\1\0\0\0", 4);
	maker_variable(maker, "v", STB_GLOBAL, NULL, 8);
	maker_function(maker, "helper", STB_GLOBAL);
	maker_return(maker);
	function_using(maker, "added", "v", NULL);
	function_using(maker, "f", "v", "outside", NULL);
}

static void test_names(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_names, NULL);
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

static void side_of_init_code_is_another_thing(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		maker_section(maker, ".init.text", TEXT);
		maker_symbol(maker, "f", STT_FUNC, STB_GLOBAL, 0);
		maker_return(maker);
		maker_symbol(maker, "stays", STT_FUNC, STB_GLOBAL, 0);
		maker_return(maker);
		return;
	}
	function_using(maker, "f", NULL);
	maker_section(maker, ".init.text", TEXT);
	maker_symbol(maker, "stays", STT_FUNC, STB_GLOBAL, 0);
	maker_return(maker);
}

static void test_init_code_is_another_thing(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_init_code_is_another_thing, NULL);
	expect_pair(&pair, NULL, "f", CORR_NONE);
	expect_removed(&pair, "f");
	expect_pair(&pair, "stays", "stays", CORR_NAME);
	pair_close(&pair);
}

static void side_of_alias_is_the_main_name_now(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		local_function(maker, "f");
		local_function(maker, "inside");
		return;
	}
	maker_section(maker, ".text.f", TEXT);
	maker_symbol(maker, "f", STT_FUNC, STB_LOCAL, 1);
	maker_symbol(maker, "new_name", STT_FUNC, STB_GLOBAL, 1);
	maker_return(maker);
	/* A name that stands somewhere inside tells nothing of the function. */
	maker_section(maker, ".text.g", TEXT);
	maker_symbol(maker, "g", STT_FUNC, STB_GLOBAL, 2);
	maker_bytes(maker, "\x90", 1);
	maker_symbol(maker, "inside", STT_FUNC, STB_LOCAL, 1);
	maker_return(maker);
}

static void test_alias_is_the_main_name_now(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_alias_is_the_main_name_now, NULL);
	assert_string_equal(side_piece(&pair.patched, pair_piece(&pair.patched, "f"))->name, "new_name");
	expect_pair(&pair, "f", "new_name", CORR_NAME);
	expect_pair(&pair, NULL, "g", CORR_NONE);
	expect_removed(&pair, "inside");
	pair_close(&pair);
}

static void side_of_nameless_by_section(struct maker *maker, bool is_patched)
{
	function_using(maker, "f", NULL);
	maker_section(maker, ".initcall6.init", SHF_ALLOC);
	maker_field(maker, R_X86_64_PC32, "f", 0);
	if (is_patched)
		maker_field(maker, R_X86_64_PC32, "f", 0);
	maker_section(maker, is_patched ? ".of_patched" : ".of_orig", SHF_ALLOC);
	maker_bytes(maker, "\1", 1);
	maker_section(maker, ".unknown", SHF_ALLOC);
	maker_bytes(maker, "\1", 1);
	/* Constants are compared through what refers to them. */
	maker_section(maker, ".rodata", SHF_ALLOC);
	maker_bytes(maker, "\1", 1);
}

static void test_nameless_by_section(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_nameless_by_section, NULL);
	expect_pair(&pair, ".initcall6.init", ".initcall6.init", CORR_NAME);
	expect_pair(&pair, ".unknown", ".unknown", CORR_NAME);
	expect_pair(&pair, NULL, ".of_patched", CORR_NONE);
	expect_removed(&pair, ".of_orig");
	expect_pair(&pair, NULL, ".rodata", CORR_NONE);
	pair_close(&pair);
}

static void side_of_cold_parts_follow_their_functions(struct maker *maker, bool is_patched)
{
	function_calling(maker, "f", is_patched ? "f.cold.7" : "f.cold");
	/* Whose function is new */
	function_calling(maker, is_patched ? "h" : "g", is_patched ? "h.cold" : "g.cold");
	maker_section(maker, ".text.unlikely", TEXT);
	maker_symbol(maker, is_patched ? "f.cold.7" : "f.cold", STT_FUNC, STB_LOCAL, 0);
	maker_return(maker);
	maker_symbol(maker, is_patched ? "h.cold" : "g.cold", STT_FUNC, STB_LOCAL, 0);
	maker_return(maker);
}

static void test_cold_parts_follow_their_functions(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_cold_parts_follow_their_functions, NULL);
	expect_pair(&pair, "f.cold", "f.cold.7", CORR_ROOT);
	expect_pair(&pair, NULL, "h.cold", CORR_NONE);
	expect_removed(&pair, "g.cold");
	pair_close(&pair);
}

static void side_of_identifiers_by_their_place(struct maker *maker, bool is_patched)
{
	const char *const(*names)[3] = maker_arg(maker);

	maker_section(maker, ".BTF_ids", SHF_ALLOC);
	for (int k = 0; k < 3; k++) {
		maker_symbol(maker, names[is_patched][k], STT_OBJECT, STB_LOCAL, 4);
		maker_bytes(maker, "\0\0\0", 4);
	}
}

static void test_identifiers_by_their_place(void **state)
{
	static const char *const names[2][3] = {
		{"__BTF_ID__func__f__1", "__BTF_ID__func__g__2", "__BTF_ID__func__h__3"},
		{"__BTF_ID__func__f__2", "__BTF_ID__func__h__1", "__BTF_ID__func__h__3"},
	};
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_identifiers_by_their_place, names);
	expect_pair(&pair, names[0][0], names[1][0], CORR_PLACE);
	/* Another one stands there now; that it had this very name before says nothing. */
	expect_pair(&pair, NULL, names[1][1], CORR_NONE);
	expect_removed(&pair, names[0][1]);
	expect_pair(&pair, names[0][2], names[1][2], CORR_PLACE);
	pair_close(&pair);
}

/* ---- what had one place ---- */

/* GCC had merged two functions: the one whose name is the main one is what that place was, and the other is new. */
static void side_of_merged_functions(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		maker_section(maker, ".text.z_main", TEXT);
		maker_symbol(maker, "a_other", STT_FUNC, STB_LOCAL, 1);
		maker_symbol(maker, "z_main", STT_FUNC, STB_GLOBAL, 1);
		maker_return(maker);
		return;
	}
	local_function(maker, "a_other");
	function_using(maker, "z_main", NULL);
}

static void test_merged_functions(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_merged_functions, NULL);
	expect_pair(&pair, "z_main", "z_main", CORR_NAME);
	expect_pair(&pair, NULL, "a_other", CORR_NONE);
	pair_close(&pair);
}

/* Of merged constants, it is the one whose content is still the same. */
static void side_of_merged_constants(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		maker_section(maker, ".rodata.first", SHF_ALLOC);
		maker_symbol(maker, "first", STT_OBJECT, STB_LOCAL, 4);
		maker_symbol(maker, "second", STT_OBJECT, STB_LOCAL, 4);
		maker_bytes(maker, "\2\0\0\0", 4);
		return;
	}
	maker_section(maker, ".rodata.first", SHF_ALLOC);
	maker_symbol(maker, "first", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(maker, "\1\0\0\0", 4);
	maker_section(maker, ".rodata.second", SHF_ALLOC);
	maker_symbol(maker, "second", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(maker, "\2\0\0\0", 4);
}

static void test_merged_constants(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_merged_constants, NULL);
	assert_string_equal(side_piece(&pair.orig, pair_piece(&pair.orig, "second"))->name, "first");
	expect_pair(&pair, "second", "second", CORR_NAME);
	expect_pair(&pair, NULL, "first", CORR_NONE);
	pair_close(&pair);
}

/* ---- clones ---- */

/* Two that one function calls keep their numbers; the last of a name is the last one, whoever calls it. */
static void side_of_clones_by_their_callers(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_calling(maker, "f", "do_it.constprop.0");
		function_calling(maker, "g", "do_it.constprop.1");
		local_function(maker, "do_it.constprop.0");
		local_function(maker, "do_it.constprop.1");
		return;
	}
	/* One that a new function calls took the first number. */
	function_calling(maker, "added", "do_it.constprop.0");
	function_calling(maker, "f", "do_it.constprop.1");
	function_calling(maker, "g", "do_it.constprop.2");
	local_function(maker, "do_it.constprop.0");
	local_function(maker, "do_it.constprop.1");
	local_function(maker, "do_it.constprop.2");
}

static void test_clones_by_their_callers(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_clones_by_their_callers, NULL);
	expect_pair(&pair, "do_it.constprop.0", "do_it.constprop.1", CORR_CLONE);
	expect_pair(&pair, "do_it.constprop.1", "do_it.constprop.2", CORR_CLONE);
	expect_pair(&pair, NULL, "do_it.constprop.0", CORR_NONE);
	pair_close(&pair);
}

static void side_of_clones_by_clones(struct maker *maker, bool is_patched)
{
	const char *first = is_patched ? "outer.isra.1" : "outer.isra.0",
		   *second = is_patched ? "outer.isra.0" : "outer.isra.1";

	function_calling(maker, "f", first);
	function_calling(maker, "g", second);
	maker_function(maker, first, STB_LOCAL);
	maker_call(maker, is_patched ? "inner.part.0" : "inner.part.1");
	maker_return(maker);
	maker_function(maker, second, STB_LOCAL);
	maker_call(maker, is_patched ? "inner.part.1" : "inner.part.0");
	maker_return(maker);
	local_function(maker, "inner.part.0");
	local_function(maker, "inner.part.1");
}

static void test_clones_by_clones(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_clones_by_clones, NULL);
	expect_pair(&pair, "outer.isra.0", "outer.isra.1", CORR_CLONE);
	expect_pair(&pair, "outer.isra.1", "outer.isra.0", CORR_CLONE);
	expect_pair(&pair, "inner.part.1", "inner.part.0", CORR_CLONE);
	expect_pair(&pair, "inner.part.0", "inner.part.1", CORR_CLONE);
	pair_close(&pair);
}

static void side_of_clones_that_callers_do_not_tell(struct maker *maker, bool is_patched)
{
	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, "do_it.isra.0");
	maker_call(maker, "do_it.isra.1");
	maker_return(maker);
	local_function(maker, "do_it.isra.0");
	local_function(maker, "do_it.isra.1");
	function_calling(maker, is_patched ? "h" : "g", is_patched ? "last.isra.5" : "last.isra.4");
	local_function(maker, is_patched ? "last.isra.5" : "last.isra.4");
}

static void test_clones_that_callers_do_not_tell(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_clones_that_callers_do_not_tell, NULL);
	expect_pair(&pair, "do_it.isra.0", "do_it.isra.0", CORR_CLONE);
	expect_pair(&pair, "do_it.isra.1", "do_it.isra.1", CORR_CLONE);
	expect_pair(&pair, "last.isra.4", "last.isra.5", CORR_CLONE);
	pair_close(&pair);
}

/* ---- static locals ---- */

/* A helper has no partner where it was inlined: those who call it stand for it. */
static void side_of_statics_by_their_users(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_using(maker, "f", "count.1", NULL);
		function_using(maker, "g", "count.2", NULL);
		maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
		maker_variable(maker, "count.2", STB_LOCAL, NULL, 4);
		return;
	}
	/* A function before both has one, too; and g's begins with another value, which is a change. */
	function_using(maker, "added", "count.1", NULL);
	function_using(maker, "f", "count.2", NULL);
	function_using(maker, "g", "count.3", NULL);
	maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
	maker_variable(maker, "count.2", STB_LOCAL, NULL, 4);
	maker_variable(maker, "count.3", STB_LOCAL, "\1\0\0\0", 4);
}

static void test_statics_by_their_users(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_by_their_users, NULL);
	expect_pair(&pair, "count.1", "count.2", CORR_USERS);
	expect_pair(&pair, "count.2", "count.3", CORR_USERS);
	expect_pair(&pair, NULL, "count.1", CORR_NONE);
	pair_close(&pair);
}

static void side_of_statics_of_an_inlined_helper(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_calling(maker, "f", "helper");
		maker_function(maker, "helper", STB_LOCAL);
		maker_load(maker, "count.1");
		maker_return(maker);
		function_using(maker, "g", "count.0", NULL);
		maker_variable(maker, "count.0", STB_LOCAL, NULL, 4);
		maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
		return;
	}
	function_using(maker, "f", "count.0", NULL);
	function_using(maker, "g", "count.1", NULL);
	maker_variable(maker, "count.0", STB_LOCAL, NULL, 4);
	maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
}

static void test_statics_of_an_inlined_helper(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_of_an_inlined_helper, NULL);
	expect_pair(&pair, "count.1", "count.0", CORR_USERS);
	expect_pair(&pair, "count.0", "count.1", CORR_USERS);
	expect_removed(&pair, "helper");
	pair_close(&pair);
}

/* One that only a variable refers to is found by that one. */
static void side_of_statics_by_variables(struct maker *maker, bool is_patched)
{
	for (int k = 0; k < 2; k++) {
		const char *name = k ? "table_b" : "table_a", *value = (k ^ is_patched) ? "value.1" : "value.0";

		maker_section(maker, k ? ".data.table_b" : ".data.table_a", DATA);
		maker_symbol(maker, name, STT_OBJECT, STB_LOCAL, 8);
		maker_field(maker, R_X86_64_64, value, 0);
		maker_variable(maker, value, STB_LOCAL, NULL, 4);
	}
}

static void test_statics_by_variables(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_by_variables, NULL);
	expect_pair(&pair, "value.0", "value.1", CORR_USERS);
	expect_pair(&pair, "value.1", "value.0", CORR_USERS);
	pair_close(&pair);
}

/* Several of one user, as many as before: by their order, if what the function does with each is what it did. */
static void side_of_statics_in_order(struct maker *maker, bool is_patched)
{
	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, "first_step");
	maker_load(maker, is_patched ? "count.8" : "count.2");
	maker_call(maker, "second_step");
	maker_store(maker, is_patched ? "count.11" : "count.10");
	maker_return(maker);
	maker_variable(maker, is_patched ? "count.11" : "count.10", STB_LOCAL, NULL, 4);
	maker_variable(maker, is_patched ? "count.8" : "count.2", STB_LOCAL, NULL, 4);
}

static void test_statics_in_order(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_in_order, NULL);
	expect_pair(&pair, "count.2", "count.8", CORR_USERS);
	expect_pair(&pair, "count.10", "count.11", CORR_USERS);
	pair_close(&pair);
}

/* Their numbers say one thing and their uses another. */
static void side_of_statics_whose_order_and_uses_differ(struct maker *maker, bool is_patched)
{
	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, "first_step");
	maker_load(maker, is_patched ? "count.2" : "count.1");
	maker_call(maker, "second_step");
	maker_store(maker, is_patched ? "count.1" : "count.2");
	maker_return(maker);
	maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
	maker_variable(maker, "count.2", STB_LOCAL, NULL, 4);
}

static void test_statics_whose_order_and_uses_differ(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_whose_order_and_uses_differ, NULL);
	expect_ambiguous(&pair, "count.1", "count.1", "count.2");
	expect_ambiguous(&pair, "count.2", "count.2", "count.1");
	pair_close(&pair);
}

struct two_counts {
	bool same_calls, alike;
};

/*
 * The function does something else with both now. What stands beside each still tells them; else what they start with
 * has to.
 */
static void side_of_statics_that_are_used_otherwise(struct maker *maker, bool is_patched)
{
	const struct two_counts *counts = maker_arg(maker);
	const char *first = is_patched ? "count.3" : "count.1", *second = is_patched ? "count.4" : "count.2";
	bool other_calls = is_patched && !counts->same_calls;

	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, other_calls ? "third_step" : "first_step");
	(is_patched ? count : maker_load)(maker, first);
	maker_call(maker, other_calls ? "fourth_step" : "second_step");
	(is_patched ? maker_load : count)(maker, second);
	maker_return(maker);
	maker_variable(maker, first, STB_LOCAL, "\1\0\0\0", 4);
	maker_variable(maker, second, STB_LOCAL, counts->alike ? "\1\0\0\0" : "\2\0\0\0", 4);
}

static void test_statics_that_are_used_otherwise(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct two_counts counts = {.same_calls = i & 1, .alike = i & 2};
		struct pair pair;

		pair_build(&pair, side_of_statics_that_are_used_otherwise, &counts);
		if (counts.same_calls || !counts.alike) {
			expect_pair(&pair, "count.1", "count.3", CORR_USERS);
			expect_pair(&pair, "count.2", "count.4", CORR_USERS);
		} else {
			expect_ambiguous(&pair, "count.1", "count.3", "count.2");
			expect_ambiguous(&pair, "count.2", "count.4", "count.1");
		}
		pair_close(&pair);
	}
}

static const char *const values[2][2] = {{"value.1", "value.2"}, {"value.8", "value.9"}};

/* No function uses both, so no order is seen: what they start with has to tell. */
static void side_of_statics_whose_order_no_function_shows(struct maker *maker, bool is_patched)
{
	const int *alike = maker_arg(maker);

	maker_section(maker, ".data.table", DATA);
	maker_symbol(maker, "table", STT_OBJECT, STB_LOCAL, 16);
	for (int k = 0; k < 2; k++)
		maker_field(maker, R_X86_64_64, values[is_patched][k], 0);
	maker_variable(maker, values[is_patched][0], STB_LOCAL, "\1\0\0\0", 4);
	maker_variable(maker, values[is_patched][1], STB_LOCAL, *alike ? "\1\0\0\0" : "\2\0\0\0", 4);
}

static void test_statics_whose_order_no_function_shows(void **state)
{
	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct pair pair;

		pair_build(&pair, side_of_statics_whose_order_no_function_shows, &alike);
		if (alike) {
			expect_ambiguous(&pair, values[0][0], values[1][0], values[0][1]);
			expect_ambiguous(&pair, values[0][1], values[1][1], values[0][0]);
		} else {
			expect_pair(&pair, values[0][0], values[1][0], CORR_USERS);
			expect_pair(&pair, values[0][1], values[1][1], CORR_USERS);
		}
		pair_close(&pair);
	}
}

/* More than there were: what the content says holds for several, so the other one of the original stays possible. */
static void side_of_statics_more_than_before(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_using(maker, "f", "limit.1", "limit.2", NULL);
		maker_variable(maker, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
		maker_variable(maker, "limit.2", STB_LOCAL, "\3\0\0\0", 4);
		return;
	}
	function_using(maker, "f", "limit.1", "limit.2", "limit.3", NULL);
	maker_variable(maker, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(maker, "limit.2", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(maker, "limit.3", STB_LOCAL, "\5\0\0\0", 4);
}

static void test_statics_more_than_before(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_more_than_before, NULL);
	expect_ambiguous(&pair, "limit.1", "limit.1", "limit.2");
	expect_ambiguous(&pair, "limit.2", "limit.2", "limit.2");
	expect_pair(&pair, NULL, "limit.3", CORR_NONE);
	pair_close(&pair);
}

/* It starts as one of before does, but another one is used as that was. */
static void side_of_statics_another_is_used_alike(struct maker *maker, bool is_patched)
{
	const int *alike = maker_arg(maker);

	if (!is_patched) {
		maker_function(maker, "f", STB_GLOBAL);
		maker_call(maker, "first_step");
		count(maker, "limit.1");
		maker_call(maker, "second_step");
		maker_load(maker, "limit.2");
		maker_return(maker);
		maker_variable(maker, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
		maker_variable(maker, "limit.2", STB_LOCAL, "\3\0\0\0", 4);
		return;
	}
	maker_function(maker, "f", STB_GLOBAL);
	maker_call(maker, *alike ? "first_step" : "third_step");
	count(maker, "limit.7");
	maker_call(maker, *alike ? "second_step" : "fourth_step");
	maker_load(maker, "limit.5");
	maker_load(maker, "limit.6");
	maker_return(maker);
	maker_variable(maker, "limit.5", STB_LOCAL, "\5\0\0\0", 4);
	maker_variable(maker, "limit.6", STB_LOCAL, "\6\0\0\0", 4);
	maker_variable(maker, "limit.7", STB_LOCAL, "\7\0\0\0", 4);
}

static void test_statics_another_is_used_alike(void **state)
{
	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct pair pair;

		pair_build(&pair, side_of_statics_another_is_used_alike, &alike);
		if (alike)
			expect_ambiguous(&pair, "limit.1", "limit.5", "limit.2");
		else
			expect_pair(&pair, "limit.1", "limit.5", CORR_USERS);
		pair_close(&pair);
	}
}

/* One of two is gone: it is told by what the other one starts with, and not at all if both start alike. */
static void side_of_statics_one_of_two_is_gone(struct maker *maker, bool is_patched)
{
	const int *alike = maker_arg(maker);

	if (!is_patched) {
		function_using(maker, "f", "limit.1", "limit.2", NULL);
		maker_variable(maker, "limit.1", STB_LOCAL, *alike ? "\5\0\0\0" : "\3\0\0\0", 4);
		maker_variable(maker, "limit.2", STB_LOCAL, "\5\0\0\0", 4);
		return;
	}
	function_using(maker, "f", "limit.1", NULL);
	maker_variable(maker, "limit.1", STB_LOCAL, "\5\0\0\0", 4);
}

static void test_statics_one_of_two_is_gone(void **state)
{
	for (int alike = 0; alike < 2; alike++) {
		struct pair pair;

		(void)state;
		pair_build(&pair, side_of_statics_one_of_two_is_gone, &alike);
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
static void side_of_statics_of_a_renamed_function(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_using(maker, "f", "count.1", NULL);
		maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
		return;
	}
	function_using(maker, "g", "count.1", "count.2", NULL);
	maker_variable(maker, "count.1", STB_LOCAL, NULL, 8);
	maker_variable(maker, "count.2", STB_LOCAL, NULL, 4);
}

static void test_statics_of_a_renamed_function(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_statics_of_a_renamed_function, NULL);
	expect_pair(&pair, NULL, "count.1", CORR_NONE);
	expect_ambiguous(&pair, "count.1", "count.2", "count.1");
	pair_close(&pair);
}

/* One lost its users, and a function that reached it uses one of the name: that may have taken over. */
static void side_of_statics_left_over(struct maker *maker, bool is_patched)
{
	const int *reached = maker_arg(maker);

	if (!is_patched) {
		maker_function(maker, "f", STB_GLOBAL);
		maker_load(maker, "count.1");
		if (*reached)
			maker_call(maker, "helper");
		maker_return(maker);
		maker_function(maker, "helper", STB_LOCAL);
		maker_load(maker, "count.0");
		maker_return(maker);
		maker_variable(maker, "count.0", STB_LOCAL, NULL, 4);
		maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
		return;
	}
	function_using(maker, "f", "count.1", NULL);
	local_function(maker, "helper");
	maker_variable(maker, "count.1", STB_LOCAL, NULL, 4);
}

static void test_statics_left_over(void **state)
{
	for (int reached = 0; reached < 2; reached++) {
		struct pair pair;

		(void)state;
		pair_build(&pair, side_of_statics_left_over, &reached);
		if (reached)
			expect_ambiguous(&pair, "count.1", "count.1", "count.0");
		else
			expect_pair(&pair, "count.1", "count.1", CORR_USERS);
		pair_close(&pair);
	}
}

/* A macro made their names of a counter. */
static void side_of_counted_names(struct maker *maker, bool is_patched)
{
	if (!is_patched) {
		function_using(maker, "f", "__UNIQUE_ID_state_77", NULL);
		function_using(maker, "g", "__UNIQUE_ID_state_78", NULL);
		maker_variable(maker, "__UNIQUE_ID_state_77", STB_LOCAL, NULL, 4);
		maker_variable(maker, "__UNIQUE_ID_state_78", STB_LOCAL, NULL, 4);
		return;
	}
	function_using(maker, "f", "__UNIQUE_ID_state_78", NULL);
	function_using(maker, "g", "__UNIQUE_ID_state_79", NULL);
	maker_variable(maker, "__UNIQUE_ID_state_78", STB_LOCAL, NULL, 4);
	maker_variable(maker, "__UNIQUE_ID_state_79", STB_LOCAL, NULL, 4);
}

static void test_counted_names(void **state)
{
	struct pair pair;

	(void)state;
	pair_build(&pair, side_of_counted_names, NULL);
	expect_pair(&pair, "__UNIQUE_ID_state_77", "__UNIQUE_ID_state_78", CORR_USERS);
	expect_pair(&pair, "__UNIQUE_ID_state_78", "__UNIQUE_ID_state_79", CORR_USERS);
	pair_close(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_init_code_is_another_thing),
		cmocka_unit_test(test_alias_is_the_main_name_now),
		cmocka_unit_test(test_nameless_by_section),
		cmocka_unit_test(test_cold_parts_follow_their_functions),
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
