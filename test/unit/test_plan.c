// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the output is to refer to what it has no copy of, relocation by relocation: to its own copy, by a plain symbol,
 * by a livepatch symbol that is resolved early or late, or not at all, with the reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "diff/author.h"
#include "diff/changes.h"
#include "diff/select.h"
#include "elf/build.h"
#include "klp/kept.h"
#include "klp/output.h"
#include "klp/plan.h"
#include "pair-fixture.h"
#include "place/placement.h"
#include "target/symtab.h"
#include "target/symvers.h"

#define FUNCTION(name) "   1: 0000000000000010     8 FUNC    LOCAL  DEFAULT    1 " name "\n"
#define VARIABLE(name) "   1: 0000000000000010     4 OBJECT  LOCAL  DEFAULT    2 " name "\n"
#define GLOBAL(name)   "   1: 0000000000000010     8 FUNC    GLOBAL DEFAULT    1 " name "\n"
#define FILE_OF(name)  "   1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS " name "\n"

/* The target and what is known of it, as text. */
struct world {
	const char *object;    /* NULL: vmlinux */
	const char *symbols;   /* lines of readelf */
	const char *kernel;    /* likewise; NULL: not known */
	const char *exports;   /* a Module.symvers */
	const char *placement; /* symbol records, NULL: none */
	const char *base;      /* "differs", or NULL: same */
	bool present;
};

struct scene {
	struct pair pair;
	struct symtab *symtab, *kernel;
	struct symvers *symvers;
	struct placement *placement;
	struct plan_target target;
	struct author *author;
	struct changes *changes;
	struct selection *selection;
	struct diff diff;
	struct plan *plan;
};

static void write_text(char *path, const char *text)
{
	FILE *file = fdopen(mkstemp(strcpy(path, "/tmp/klp-unit-plan.XXXXXX")), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct symtab *read_symbols(const char *lines, struct diag *diag)
{
	char text[4096];
	struct symtab *tab;
	int n = snprintf(text, sizeof(text),
			 "Symbol table '.symtab' contains 9 entries:\n"
			 "   Num:    Value          Size Type    Bind   Vis      Ndx Name\n%s",
			 lines);

	assert_int_equal(symtab_read_text("target", text, (size_t)n, &tab, diag), 0);
	return tab;
}

static void read_world(struct scene *scene, const struct world *world)
{
	struct diag *diag = &scene->pair.diag;
	char path[64], text[2048];

	scene->symtab = read_symbols(world->symbols ? world->symbols : "", diag);
	if (world->kernel)
		scene->kernel = read_symbols(world->kernel, diag);
	write_text(path, world->exports ? world->exports : "");
	assert_int_equal(symvers_read(path, &scene->symvers, diag), 0);
	unlink(path);
	if (world->placement) {
		snprintf(text, sizeof(text), "klp-placement\t1\nobject\t%s\nbase\t%s\n%s",
			 world->object ? world->object : "vmlinux", world->base ? world->base : "same",
			 world->placement);
		write_text(path, text);
		assert_int_equal(placement_read(path, &scene->placement, diag), 0);
		unlink(path);
	}
	scene->target = (struct plan_target){
		.object = world->object ? world->object : "vmlinux",
		.symtab = scene->symtab,
		.kernel = scene->kernel,
		.symvers = scene->symvers,
		.placement = scene->placement,
		.present = world->present,
	};
}

/* From the two objects to the plan, without diff/gate.c: what that refuses is planned all the same. */
static void open_scene(struct scene *scene, side_builder *build, const void *arg, const struct world *world)
{
	struct pair *pair = &scene->pair;
	struct diff *diff = &scene->diff;

	*scene = (struct scene){0};
	pair_build(pair, build, arg);
	read_world(scene, world);
	*diff = (struct diff){.orig = pair->orig, .patched = pair->patched, .corr = pair->corr};
	assert_int_equal(author_new(&diff->orig, &diff->patched, pair->corr, &scene->author, &pair->diag), 0);
	diff->author = scene->author;
	assert_int_equal(
		changes_new(&diff->orig, &diff->patched, pair->corr, scene->author, &scene->changes, &pair->diag), 0);
	diff->changes = scene->changes;
	assert_int_equal(selection_new(diff, &scene->selection), 0);
	diff->selection = scene->selection;
	assert_int_equal(plan_new(diff, &scene->target, &scene->plan, &pair->diag), 0);
}

static void close_scene(struct scene *scene)
{
	plan_free(scene->plan);
	selection_free(scene->selection);
	changes_free(scene->changes);
	author_free(scene->author);
	placement_free(scene->placement);
	symvers_free(scene->symvers);
	symtab_free(scene->kernel);
	symtab_free(scene->symtab);
	pair_close(&scene->pair);
}

/* The row of the reference from one included thing to another, by their names. */
static const struct use *find_use(const struct scene *scene, const char *from, const char *to)
{
	const struct elf_obj *obj = scene->pair.obj[1];
	const struct selection *selection = scene->selection;
	uint32_t piece = pair_piece(&scene->pair.patched, from), target = elf_obj_find_symbol(obj, to);

	assert_true(target != 0);
	for (uint32_t i = 0; i < selection->nparts; i++)
		for (uint32_t k = 0; k < selection->parts[i].n; k++) {
			const struct use *use = &selection->uses[selection->parts[i].first + k];

			if (use->from == piece && plan_symbol_of_ref(&scene->diff, use->ref) == target)
				return use;
		}
	fail_msg("%s is not included, or does not refer to %s", from, to);
	return NULL;
}

static const char *const kinds[] = {[PLAN_PLAIN] = "plain", [PLAN_EARLY] = "early", [PLAN_LATE] = "late"};

/* The plan of that reference: "copy", or the kind and the name that the output has; and why. */
static void expect_plan(const struct scene *scene, const char *from, const char *to, const char *plan,
			enum use_reason reason)
{
	const struct use *use = find_use(scene, from, to);
	const struct plan_symbol *symbol = &scene->plan->of_sym[elf_obj_find_symbol(scene->pair.obj[1], to)];
	char text[256];

	if (use->use == REF_USE_COPY)
		snprintf(text, sizeof(text), "copy");
	else
		snprintf(text, sizeof(text), "%s %s%s%s%s", kinds[symbol->kind], symbol->name ? symbol->name : "-",
			 symbol->ns ? " of " : "", symbol->ns ? symbol->ns : "",
			 symbol->is_of_patch ? " of the patch" : "");
	if (strcmp(text, plan) || use->reason != reason)
		fail_msg("%s refers to %s: %s (%s), not %s (%s)", from, to, text, selection_reason_text(use->reason),
			 plan, selection_reason_text(reason));
}

/* What was refused or warned of: as many, and this one, by its place, word and rule. */
static void expect_refused(struct scene *scene, const char *place, const char *rule)
{
	char start[128], end[128];
	const char *message;

	snprintf(start, sizeof(start), ": %s: refused: ", place);
	snprintf(end, sizeof(end), "[%s]\n", rule);
	message = strstr(pair_messages(&scene->pair), start);
	if (!message || !strstr(message, end) || strstr(message, end) > strchr(message, '\n'))
		fail_msg("%s is not refused by %s: %s", place, rule, pair_messages(&scene->pair));
	assert_int_equal(scene->pair.diag.refusals, 1);
}

static void expect_nothing_refused(struct scene *scene)
{
	if (scene->pair.diag.refusals || scene->pair.diag.errors || scene->pair.diag.warnings)
		fail_msg("%s", pair_messages(&scene->pair));
}

/* f() that differs between both; what it refers to is added by whoever calls this. */
static void start(struct maker *maker, bool is_patched)
{
	maker_function(maker, "f", STB_GLOBAL);
	maker_number(maker, is_patched ? 2 : 1);
}

/* f() calls this, in both or only now. */
struct caller {
	const char *callee;
	bool is_new;
};

static void side_of_caller(struct maker *maker, bool is_patched)
{
	const struct caller *caller = maker_arg(maker);

	start(maker, is_patched);
	if (is_patched || !caller->is_new)
		maker_call(maker, caller->callee);
	maker_return(maker);
}

static void open_caller(struct scene *scene, const char *callee, bool is_new, const struct world *world)
{
	const struct caller caller = {callee, is_new};

	open_scene(scene, side_of_caller, &caller, world);
}

/* ---- what is copied and what is not ---- */

static void side_of_own_things(struct maker *maker, bool is_patched)
{
	start(maker, is_patched);
	maker_call(maker, "same");
	maker_load(maker, is_patched ? "count.7" : "count.3");
	maker_load(maker, "old");
	if (is_patched) {
		maker_call(maker, "added");
		maker_load(maker, "new");
	}
	maker_return(maker);
	maker_function(maker, "same", STB_LOCAL);
	maker_return(maker);
	maker_variable(maker, is_patched ? "count.7" : "count.3", STB_LOCAL, NULL, 4);
	maker_variable(maker, "old", STB_LOCAL, "\1\0\0\0", 4);
	if (is_patched) {
		maker_function(maker, "added", STB_LOCAL);
		maker_call(maker, "f");
		maker_return(maker);
		maker_variable(maker, "new", STB_LOCAL, "\1\0\0\0", 4);
	}
}

static void test_own_things(void **state)
{
	static const struct world world = {.symbols = FUNCTION("same") GLOBAL("f") VARIABLE("count.3") VARIABLE("old")};
	struct scene scene;

	(void)state;
	open_scene(&scene, side_of_own_things, NULL, &world);
	expect_plan(&scene, "f", "same", "early .klp.sym.vmlinux.same,0", USE_CALL_SAME);
	/* Under the name that the running kernel has */
	expect_plan(&scene, "f", "count.7", "early .klp.sym.vmlinux.count.3,0", USE_OF_KERNEL);
	expect_plan(&scene, "f", "old", "early .klp.sym.vmlinux.old,0", USE_OF_KERNEL);
	expect_plan(&scene, "f", "added", "copy", USE_NEW);
	expect_plan(&scene, "f", "new", "copy", USE_NEW);
	expect_plan(&scene, "added", "f", "copy", USE_CALL_CHANGED);
	expect_nothing_refused(&scene);
	close_scene(&scene);
}

/* ---- vmlinux ---- */

static void test_outside_of_vmlinux(void **state)
{
	static const struct world world = {
		.symbols = GLOBAL("exported") GLOBAL("global") GLOBAL("spaced"),
		.exports = "0x1\texported\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tCRYPTO\n",
	};
	static const struct {
		const char *callee, *plan;
	} rows[] = {
		{"exported", "plain exported"},
		{"spaced", "plain spaced of CRYPTO"},
		{"global", "early .klp.sym.vmlinux.global,0"},
		{"nowhere", "plain nowhere of the patch"},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int is_new = 0; is_new < 2; is_new++) {
			open_caller(&scene, rows[i].callee, is_new, &world);
			expect_plan(&scene, "f", rows[i].callee, rows[i].plan, USE_NOT_DEFINED);
			expect_nothing_refused(&scene);
			close_scene(&scene);
		}
}

/* A static function may have the name of another file's export. */
static void side_of_static_with_the_name_of_an_export(struct maker *maker, bool is_patched)
{
	start(maker, is_patched);
	maker_call(maker, "same");
	maker_return(maker);
	maker_function(maker, "same", STB_LOCAL);
	maker_return(maker);
}

static void test_static_with_the_name_of_an_export(void **state)
{
	static const struct world world = {
		.symbols = FUNCTION("same") GLOBAL("same") GLOBAL("f"),
		.exports = "0x1\tsame\tvmlinux\tEXPORT_SYMBOL\t\n",
	};
	struct scene scene;

	(void)state;
	open_scene(&scene, side_of_static_with_the_name_of_an_export, NULL, &world);
	expect_plan(&scene, "f", "same", "early .klp.sym.vmlinux.same,1", USE_CALL_SAME);
	expect_nothing_refused(&scene);
	close_scene(&scene);
}

static void side_of_static(struct maker *maker, bool is_patched)
{
	start(maker, is_patched);
	maker_load(maker, "v");
	maker_return(maker);
	maker_variable(maker, "v", STB_LOCAL, NULL, 4);
}

static void open_static(struct scene *scene, const struct world *world)
{
	open_scene(scene, side_of_static, NULL, world);
}

static void test_statics_of_one_name(void **state)
{
	/* Groups of files tell, of the same file's name too, by what else the file has. */
	static const struct world grouped = {.symbols = FILE_OF("b.c") VARIABLE("v") FILE_OF("a.c") VARIABLE("v")
						     GLOBAL("f")};
	static const struct world placed = {.symbols = VARIABLE("v") VARIABLE("v") VARIABLE("v"),
					    .placement = "symbol\tv\tdef\tobject\t4\tffffffff81000000\tv\t2\n"};
	static const struct world alone = {.symbols = VARIABLE("v")},
				  several = {.symbols = VARIABLE("v") VARIABLE("v")};
	static const struct world none = {.symbols = GLOBAL("v")};
	static const struct world differing = {.symbols = VARIABLE("v"), .placement = "", .base = "differs"};
	struct scene scene;

	(void)state;
	open_static(&scene, &grouped);
	expect_plan(&scene, "f", "v", "early .klp.sym.vmlinux.v,2", USE_OF_KERNEL);
	expect_nothing_refused(&scene);
	close_scene(&scene);
	open_static(&scene, &placed);
	expect_plan(&scene, "f", "v", "early .klp.sym.vmlinux.v,2", USE_OF_KERNEL);
	expect_nothing_refused(&scene);
	close_scene(&scene);
	open_static(&scene, &alone);
	expect_plan(&scene, "f", "v", "early .klp.sym.vmlinux.v,0", USE_OF_KERNEL);
	expect_nothing_refused(&scene);
	close_scene(&scene);
	open_static(&scene, &several);
	expect_refused(&scene, "v", "symbol-ambiguous");
	close_scene(&scene);
	/* Another file's: this one's was optimized away. */
	open_static(&scene, &none);
	expect_refused(&scene, "v", "symbol-missing");
	close_scene(&scene);
	/* Nothing but the name says that it is the one. */
	open_static(&scene, &differing);
	expect_plan(&scene, "f", "v", "early .klp.sym.vmlinux.v,0", USE_OF_KERNEL);
	assert_int_equal(scene.pair.diag.warnings, 1);
	assert_non_null(strstr(pair_messages(&scene.pair), ": v: warning: not found by the base check; "));
	close_scene(&scene);
}

static void test_freed_after_boot(void **state)
{
	static const struct world world = {.symbols = "   1: ffffffff81000000 0 NOTYPE GLOBAL DEFAULT 1 __init_begin\n"
						      "   2: ffffffff81000010 8 FUNC GLOBAL DEFAULT 1 early\n"
						      "   3: ffffffff81001000 0 NOTYPE GLOBAL DEFAULT 1 __init_end\n"};
	struct scene scene;

	(void)state;
	open_caller(&scene, "early", false, &world);
	expect_refused(&scene, "early", "init-reference");
	close_scene(&scene);
}

/* ---- modules ---- */

static void test_outside_of_a_module(void **state)
{
	static const char exports[] =
		"0x1\texported\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tof_other\tnet/mod-b\tEXPORT_SYMBOL\t\n"
		"0x3\tof_mod\tfs/mod_a\tEXPORT_SYMBOL\t\n";
	struct world world = {.object = "mod_a",
			      .symbols = GLOBAL("own") GLOBAL("of_mod"),
			      .exports = exports,
			      .kernel = GLOBAL("kernel_global")};
	static const struct {
		const char *callee, *late, *early;
	} rows[] = {
		{"exported", "plain exported", "plain exported"},
		{"own", "late .klp.sym.mod_a.own,0", "early .klp.sym.mod_a.own,0,vmlinux"},
		{"of_mod", "late .klp.sym.mod_a.of_mod,0", "early .klp.sym.mod_a.of_mod,0,vmlinux"},
		{"of_other", "late .klp.sym.mod_b.of_other,0,mod_a", "early .klp.sym.mod_b.of_other,0,vmlinux"},
		{"kernel_global", "early .klp.sym.vmlinux.kernel_global,0", "early .klp.sym.vmlinux.kernel_global,0"},
		{"nowhere", "plain nowhere of the patch", "plain nowhere of the patch"},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int present = 0; present < 2; present++) {
			world.present = present;
			open_caller(&scene, rows[i].callee, false, &world);
			expect_plan(&scene, "f", rows[i].callee, present ? rows[i].early : rows[i].late,
				    USE_NOT_DEFINED);
			expect_nothing_refused(&scene);
			close_scene(&scene);
		}
}

static void test_export_of_a_module_that_may_be_away(void **state)
{
	static const char exports[] = "0x2\tof_other\tnet/mod-b\tEXPORT_SYMBOL\t\n";
	static const struct world module = {.object = "mod_a", .symbols = GLOBAL("f"), .exports = exports};
	static const struct world kernel = {.symbols = GLOBAL("f"), .exports = exports};
	struct scene scene;

	(void)state;
	/*
	 * That the original object refers to it shows that the module depends on the other; that the new one does,
	 * nothing.
	 */
	open_caller(&scene, "of_other", true, &module);
	expect_refused(&scene, "of_other", "module-export");
	close_scene(&scene);
	open_caller(&scene, "of_other", false, &kernel);
	expect_refused(&scene, "of_other", "module-export");
	close_scene(&scene);
}

/* ---- the table of functions, and what was moved ---- */

static void test_patched_function(void **state)
{
	static const struct world alone = {.symbols = GLOBAL("f")}, none = {.symbols = FUNCTION("f")};
	static const struct world placed = {.symbols = FUNCTION("f") FUNCTION("f.isra.3"),
					    .placement = "symbol\tf\tdef\tfunc\t8\tffffffff81000000\tf.isra.3\t4\n"};
	const struct world *worlds[] = {&alone, &placed, &none};
	struct plan_function function;
	struct scene scene;
	uint32_t orig;

	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
		int err;

		open_caller(&scene, "helper", false, worlds[i]);
		expect_nothing_refused(&scene);
		orig = pair_piece(&scene.pair.orig, "f");
		err = plan_find_function(&scene.diff, &scene.target, orig, &function, &scene.pair.diag);
		if (i < 2) {
			assert_int_equal(err, 0);
			assert_string_equal(function.name, i ? "f.isra.3" : "f");
			assert_int_equal(function.sympos, i ? 4 : 0);
		} else {
			assert_int_not_equal(err, 0);
			expect_refused(&scene, "f", "symbol-missing");
		}
		close_scene(&scene);
	}
}

static void side_of_moved_global(struct maker *maker, bool is_patched)
{
	start(maker, is_patched);
	maker_return(maker);
	if (is_patched) {
		maker_function(maker, "moved", STB_GLOBAL);
		maker_return(maker);
	}
}

static void test_moved_global(void **state)
{
	static const struct world world = {.symbols = GLOBAL("f") GLOBAL("moved")};
	struct scene scene;

	(void)state;
	open_scene(&scene, side_of_moved_global, NULL, &world);
	expect_refused(&scene, "moved", "global-moved");
	close_scene(&scene);
}

/* ---- entries that are left out ---- */

static bool output_has_section(struct scene *scene, const char *name)
{
	char path[] = "/tmp/klp-unit-plan.XXXXXX";
	struct elf_out *out = NULL;
	struct kept *kept = NULL;
	int fd = mkstemp(path);
	struct elf_obj *obj;
	bool found;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(kept_new(&scene->diff, scene->plan, &kept, &scene->pair.diag), 0);
	assert_int_equal(output_new(&scene->diff, &scene->target, scene->plan, kept, &out, &scene->pair.diag), 0);
	assert_int_equal(elf_out_write(out, path, &scene->pair.diag), 0);
	assert_int_equal(elf_obj_read(path, &obj, &scene->pair.diag), 0);
	found = elf_obj_find_section(obj, name) != NULL;
	elf_obj_free(obj);
	elf_out_free(out);
	kept_free(kept);
	unlink(path);
	return found;
}

/*
 * A call that the kernel rewrites when the module is loaded, and a key that is of vmlinux or of a module that may come
 * later.
 */
static void side_of_static_call(struct maker *maker, bool is_patched)
{
	const char *section = maker_arg(maker);

	start(maker, is_patched);
	maker_call(maker, "trampoline");
	maker_return(maker);
	maker_section(maker, section, SHF_ALLOC | SHF_WRITE);
	maker_field(maker, R_X86_64_PC32, "f", 5);
	if (!strcmp(section, ".static_call_sites"))
		maker_field(maker, R_X86_64_PC32, "key", 0);
}

static void open_static_call(struct scene *scene, const char *section, const struct world *world)
{
	open_scene(scene, side_of_static_call, section, world);
}

static void test_entries_of_what_comes_later(void **state)
{
	static const char symbols[] = GLOBAL("f") GLOBAL("trampoline") GLOBAL("key");
	static const struct {
		const char *section;
		struct world world;
		bool kept, refused;
	} rows[] = {
		{".static_call_sites", {.symbols = symbols}, true, false},
		{".static_call_sites", {.symbols = symbols, .object = "mod_a"}, false, false},
		{".static_call_sites", {.symbols = symbols, .object = "mod_a", .present = true}, true, false},
		{".call_sites", {.symbols = symbols}, true, false},
		{".call_sites", {.symbols = symbols, .object = "mod_a"}, false, false},
		/* This one must not be lost. */
		{".return_sites", {.symbols = symbols}, true, false},
		{".return_sites", {.symbols = symbols, .object = "mod_a"}, true, true},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_static_call(&scene, rows[i].section, &rows[i].world);
		expect_nothing_refused(&scene);
		if (output_has_section(&scene, rows[i].section) != rows[i].kept)
			fail_msg("row %zu: %s is %s", i, rows[i].section, rows[i].kept ? "left out" : "there");
		if (rows[i].refused)
			expect_refused(&scene, "f", "module-late");
		else
			expect_nothing_refused(&scene);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_things),
		cmocka_unit_test(test_outside_of_vmlinux),
		cmocka_unit_test(test_static_with_the_name_of_an_export),
		cmocka_unit_test(test_statics_of_one_name),
		cmocka_unit_test(test_freed_after_boot),
		cmocka_unit_test(test_outside_of_a_module),
		cmocka_unit_test(test_export_of_a_module_that_may_be_away),
		cmocka_unit_test(test_patched_function),
		cmocka_unit_test(test_moved_global),
		cmocka_unit_test(test_entries_of_what_comes_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
