// SPDX-License-Identifier: GPL-2.0-only
/*
 * What diff objects and modules need from each other: the parts of klp-link. test/cli/klp-link.bats has the program and
 * whole objects; this has the symbols that no compiler makes, names that are damaged, and modules that can't be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "kernel/module.h"
#include "klp/link.h"
#include "pair-fixture.h"
#include "place/made-global.h"
#include "place/placement.h"
#include "target/symvers.h"
#include "target/versions.h"

#define WANTS(n)                                                                                                       \
	{                                                                                                              \
		.name = n, .bind = STB_GLOBAL                                                                          \
	}
#define HAS(n)                                                                                                         \
	{                                                                                                              \
		.name = n, .sec = 1, .bind = STB_GLOBAL, .type = STT_FUNC                                              \
	}

/*
 * An object with .text, these symbols (a name NULL ends them), and .modinfo if modinfo is given, which ends with two
 * NULs.
 */
static struct elf_obj *object(const struct elf_out_sym *syms, const char *modinfo)
{
	const struct elf_out_sec_attr text = {.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR};
	const struct elf_out_sec_attr data = {.type = SHT_PROGBITS, .flags = SHF_ALLOC};
	struct elf_out *out = elf_out_new(&arch_x86_64);
	uint32_t sec = elf_out_add_section(out, ".text", &text);

	elf_out_append(out, sec, "\xc3\xc3\xc3\xc3\xc3\xc3\xc3", 8, 1);
	sec = modinfo ? elf_out_add_section(out, ".modinfo", &data) : 0;
	for (; modinfo && *modinfo; modinfo += strlen(modinfo) + 1)
		elf_out_append(out, sec, modinfo, strlen(modinfo) + 1, 1);
	for (; syms && syms->name; syms++)
		elf_out_add_symbol(out, syms);
	return object_of(out);
}

#define OBJECT(...) object((const struct elf_out_sym[]){__VA_ARGS__, {0}}, NULL)

static struct symvers *read_symvers(const char *text)
{
	struct diag diag = {.out = stderr};
	char path[] = "/tmp/klp-unit-link.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct symvers *symvers;

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(symvers_read(path, &symvers, &diag), 0);
	unlink(path);
	return symvers;
}

static const char exports[] = "0x11111111\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
			      "0x22222222\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tCRYPTO\n"
			      "0x33333333\tof_a\tdrivers/mod-a\tEXPORT_SYMBOL\t\n";

/*
 * Runs it for these objects, and frees them. What comes out is one line each: "OBJECT lacks SYMBOL WHY", "namespace X",
 * "kept X".
 */
static void expect_link(struct link_object *objects, uint32_t n, const char *part, const char *modules,
			const char *expected)
{
	struct link_input input = {.objects = objects, .n = n, .part = part, .modules = modules, .release = "6.99"};
	struct symvers *symvers = read_symvers(exports);
	char *text = NULL;
	struct link_result result;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	input.symvers = symvers;
	link_run(&input, &result);
	for (uint32_t i = 0; i < result.lacks.n; i++)
		fprintf(out, "%s %s %s %s\n", result.lacks.v[i].object,
			result.lacks.v[i].rule == RULE_SYMBOL_TWICE ? "has" : "lacks", result.lacks.v[i].symbol,
			result.lacks.v[i].why);
	for (uint32_t i = 0; i < result.namespaces.n; i++)
		fprintf(out, "namespace %s\n", result.namespaces.v[i]);
	for (uint32_t i = 0; i < result.kept.n; i++)
		fprintf(out, "kept %s\n", result.kept.v[i]);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	link_result_free(&result);
	symvers_free(symvers);
	for (uint32_t i = 0; i < n; i++)
		elf_obj_free((struct elf_obj *)(uintptr_t)objects[i].obj);
}

#define EXPECT(expected, part, modules, ...)                                                                           \
	do {                                                                                                           \
		struct link_object objects[] = {__VA_ARGS__};                                                          \
                                                                                                                       \
		expect_link(objects, sizeof(objects) / sizeof(objects[0]), part, modules, expected);                   \
	} while (0)

#define NOWHERE "which is nowhere in 6.99 (declared, but not built with its configuration?)\n"

/* ---- symbols ---- */

static void test_kinds_of_definitions(void **state)
{
	(void)state;
	/* Weak, without a section, or not placed yet: the linker takes each. */
	EXPECT("", NULL, NULL,
	       {"a.o", "vmlinux",
		OBJECT({.name = "weak", .sec = 1, .bind = STB_WEAK, .type = STT_FUNC},
		       {.name = "absolute", .sec = ELF_SHN_ABS, .value = 1, .bind = STB_GLOBAL},
		       {.name = "common", .sec = ELF_SHN_COMMON, .value = 4, .size = 4, .bind = STB_GLOBAL})},
	       {"b.o", "vmlinux", OBJECT(WANTS("weak"), WANTS("absolute"), WANTS("common"))});
	/* A local one is the object's own, and what is undefined twice is lacking once. */
	EXPECT("b.o lacks local " NOWHERE "b.o lacks weak " NOWHERE, NULL, NULL,
	       {"a.o", "vmlinux", OBJECT({.name = "local", .sec = 1, .bind = STB_LOCAL, .type = STT_FUNC})},
	       {"b.o", "vmlinux",
		OBJECT({.name = "weak", .bind = STB_WEAK}, WANTS("local"), WANTS("weak"), WANTS("local"))});
	/* Undefined symbols without a name are padding. */
	EXPECT("", NULL, NULL,
	       {"a.o", "vmlinux", OBJECT({.name = "", .bind = STB_GLOBAL}, {.name = "", .bind = STB_WEAK})});
}

/* What an object of the patch has comes before what vmlinux exports, and no namespace is needed for it. */
static void test_definition_before_export(void **state)
{
	(void)state;
	EXPECT("", NULL, NULL, {"a.o", "vmlinux", OBJECT(HAS("spaced"), HAS("of_a"))},
	       {"b.o", "vmlinux", OBJECT(WANTS("spaced"), WANTS("of_a"))});
	EXPECT("b.o lacks of_a which only module drivers/mod-a has\nnamespace CRYPTO\n", NULL, NULL,
	       {"a.o", "vmlinux", OBJECT(WANTS("spaced"))}, {"b.o", "vmlinux", OBJECT(WANTS("spaced"), WANTS("of_a"))});
}

/* Two objects with one global are refused; the last one counts for what needs it. */
static void test_two_definitions(void **state)
{
	static const char twice[] = "b.o has twice is also defined by a.o\n";
	static const char away[] =
		"a.o has twice is also defined by b.o\n"
		"c.o lacks twice which the patch adds to module mod_a; vmlinux does not depend on that module, and would use the symbol without it\n";

	(void)state;
	EXPECT(twice, NULL, NULL, {"a.o", "mod_a", OBJECT(HAS("twice"))}, {"b.o", "vmlinux", OBJECT(HAS("twice"))},
	       {"c.o", "vmlinux", OBJECT(WANTS("twice"))});
	EXPECT(away, NULL, NULL, {"b.o", "vmlinux", OBJECT(HAS("twice"))}, {"a.o", "mod_a", OBJECT(HAS("twice"))},
	       {"c.o", "vmlinux", OBJECT(WANTS("twice"))});
}

/* A part of the livepatch can use what vmlinux exports, though another part has it, too. */
static void test_parts(void **state)
{
	(void)state;
	EXPECT("namespace CRYPTO\n", "mod_b", NULL, {"a.o", "vmlinux", OBJECT(HAS("spaced"), WANTS("nowhere"))},
	       {"b.o", "mod_b", OBJECT(WANTS("spaced"))});
	/* That is no owner of what a module exports. */
	EXPECT("b.o lacks of_a which the patch adds to another object; build one module for all objects, without --per-object\n",
	       "mod_b", NULL, {"a.o", "vmlinux", OBJECT(HAS("of_a"))}, {"b.o", "mod_b", OBJECT(WANTS("of_a"))});
	/* A part without objects needs nothing. */
	EXPECT("", "mod_c", NULL, {"a.o", "vmlinux", OBJECT(WANTS("nowhere"))});
}

static void test_livepatch_symbols(void **state)
{
	(void)state;
	/* No name of these is whole, or of vmlinux; klp/finish.c refuses the first ones. */
	EXPECT("", NULL, NULL, {"a.o", "mod_a", OBJECT(HAS("k"))},
	       {"b.o", "vmlinux",
		OBJECT(WANTS(".klp.sym."), WANTS(".klp.sym.vmlinux"), WANTS(".klp.sym.vmlinux."),
		       WANTS(".klp.sym.vmlinux.k"), WANTS(".klp.sym..k,0"), WANTS(".klp.sym.vmlinux.,0"),
		       WANTS(".klp.sym.vmlinux2.k,0"), WANTS(".klp.sym.vmlinu.k,0"), WANTS(".klp.sym.vmlinux.kk,0"),
		       WANTS(".klp.sym.mod_a.k,0"))});
	EXPECT("b.o lacks k which the patch adds to a module and 6.99 has too; give it another name\n", NULL, NULL,
	       {"a.o", "mod_a", OBJECT(HAS("k"))}, {"b.o", "vmlinux", OBJECT(WANTS(".klp.sym.vmlinux.k,"))});
	/* Not of this part */
	EXPECT("", "vmlinux", NULL, {"a.o", "mod_a", OBJECT(HAS("k"))},
	       {"b.o", "vmlinux", OBJECT(WANTS(".klp.sym.vmlinux.k,0"))});
}

static void test_kept_addresses(void **state)
{
	(void)state;
	EXPECT("kept \nkept b\nkept show\n", NULL, NULL,
	       {"a.o", "vmlinux", object(NULL, "address_kept=show\0address_kepts=no\0address_kept\0address_kept=\0")},
	       {"b.o", "vmlinux", object(NULL, "address_kept=b\0address_kept=show\0")});
}

/* ---- dependencies of modules ---- */

struct tree {
	char dir[32];
};

static int make_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	assert_non_null(mkdtemp(strcpy(tree->dir, "/tmp/klp-unit-link.XXXXXX")));
	*state = tree;
	return 0;
}

static int remove_tree(void **state)
{
	struct tree *tree = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", tree->dir);
	assert_int_equal(system(command), 0);
	free(tree);
	return 0;
}

static FILE *create(const struct tree *tree, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", tree->dir, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	return file;
}

static void add_text(const struct tree *tree, const char *name, const char *text)
{
	FILE *file = create(tree, name);

	fputs(text, file);
	fclose(file);
}

/* modinfo NULL: the file has none */
static void add_module(const struct tree *tree, const char *name, const char *modinfo)
{
	struct elf_obj *obj = object(NULL, modinfo);
	FILE *file = create(tree, name);

	assert_int_equal(fwrite(obj->map, 1, obj->map_size, file), obj->map_size);
	fclose(file);
	elf_obj_free(obj);
}

static const char away[] =
	"b.o lacks added which the patch adds to module mod_a; mod_b does not depend on that module, and would use the symbol without it\n";

static void expect_depends(const struct tree *tree, bool depends)
{
	EXPECT(depends ? "" : away, NULL, tree->dir, {"a.o", "mod_a", OBJECT(HAS("added"))},
	       {"b.o", "mod_b", OBJECT(WANTS("added"))});
}

static void test_damaged_modules_depend_on_nothing(void **state)
{
	const struct tree *tree = *state;

	expect_depends(tree, false);
	add_text(tree, "mod-b.ko", "");
	expect_depends(tree, false);
	add_text(tree, "mod-b.ko", "not a module, depends=mod-a");
	expect_depends(tree, false);
	add_text(tree, "mod-b.ko.xz",
		 "\xfd"
		 "7zXZ");
	expect_depends(tree, false);
	add_module(tree, "mod-b.ko", NULL);
	expect_depends(tree, false);
	/* The last pair has no end: what is cut off there counts for nothing. */
	add_module(tree, "mod-b.ko", "license=GPL\0");
	expect_depends(tree, false);
	add_module(tree, "mod-b.ko", "depends=mod-aa,amod-a\0");
	expect_depends(tree, false);
}

static void test_next_file_where_one_is_damaged(void **state)
{
	const struct tree *tree = *state;
	char dir[64];

	snprintf(dir, sizeof(dir), "%s/updates", tree->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	add_text(tree, "mod-b.ko", "damaged");
	add_text(tree, "mod_b.ko.gz", "damaged");
	/* Nor is a copy without .modinfo a module. */
	add_module(tree, "updates/mod-b.ko", NULL);
	add_module(tree, "mod-b.ko.zst", NULL);
	expect_depends(tree, false);
	add_module(tree, "updates/mod_b.ko", "depends=mod_a\0");
	expect_depends(tree, true);
}

static void test_dependencies_in_a_circle(void **state)
{
	const struct tree *tree = *state;

	add_module(tree, "mod_b.ko", "depends=mod_b,mod_c\0");
	add_module(tree, "mod_c.ko", "depends=,,mod_d,\0");
	add_module(tree, "mod_d.ko", "depends=mod_c,mod_b\0");
	expect_depends(tree, false);
	add_module(tree, "mod_d.ko", "depends=mod_c,mod_b,mod-a\0");
	expect_depends(tree, true);
}

/* ---- versions ---- */

/* A module that gives of_a; crc says how its version is known. taken: a table of versions. */
static struct elf_obj *module(struct elf_out_sym crc, const void *taken, size_t size)
{
	const struct elf_out_sec_attr data = {.type = SHT_PROGBITS, .flags = SHF_ALLOC};
	struct elf_out *out = elf_out_new(&arch_x86_64);
	uint32_t table = elf_out_add_section(out, "__ksymtab_gpl", &data), versions;

	elf_out_append(out, table, "\x33\x33\x33\x33\x44\x44", 6, 1);
	versions = elf_out_add_section(out, VERSIONS_SECTION, &data);
	elf_out_append(out, versions, taken, size, 1);
	elf_out_add_symbol(out, &(struct elf_out_sym){.name = "__ksymtab_of_a", .sec = table, .bind = STB_GLOBAL});
	if (crc.name)
		elf_out_add_symbol(out, &crc);
	return object_of(out);
}

static void test_versions_that_are_given(void **state)
{
	static const struct {
		struct elf_out_sym crc;
		uint64_t value; /* 0: it has none */
	} rows[] = {
		{{.name = "__crc_of_a", .sec = 1, .value = 0, .bind = STB_GLOBAL}, 0x33333333},
		{{.name = "__crc_of_a", .sec = 1, .value = 2, .bind = STB_LOCAL}, 0x44443333},
		{{.name = "__crc_of_a", .sec = ELF_SHN_ABS, .value = 0x12345678, .bind = STB_GLOBAL}, 0x12345678},
		/* Not whole in its section, or not there */
		{{.name = "__crc_of_a", .sec = 1, .value = 3, .bind = STB_GLOBAL}, 0},
		{{.name = "__crc_of_a", .bind = STB_WEAK}, 0},
		/* That of the table, whose name begins as those of its entries */
		{{.name = "__ksymtab_gpl", .sec = 1, .bind = STB_LOCAL, .type = STT_SECTION}, 0},
		{{0}, 0},
	};
	struct diag diag = {.out = stderr};
	struct versions versions;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_obj *obj = module(rows[i].crc, "", 0);

		assert_int_equal(versions_read(obj, &versions, &diag), 0);
		assert_int_equal(versions.takes.n, 0);
		assert_int_equal(versions.gives.n, 1);
		assert_string_equal(versions.gives.v[0].name, "of_a");
		assert_int_equal(versions.gives.v[0].has_crc, rows[i].value != 0);
		assert_int_equal(versions.gives.v[0].crc, rows[i].value);
		versions_free(&versions);
		elf_obj_free(obj);
	}
}

static void test_versions_that_are_taken(void **state)
{
	struct module_version taken[] = {{.crc = 0xffffffff11111111, .name = "printk"}, {.crc = 1}, {.crc = 2}};
	struct symvers *symvers = read_symvers(exports);
	struct elf_obj *obj = module((struct elf_out_sym){0}, taken, sizeof(taken));
	struct diag diag = {.out = stderr}, quiet = {0};
	struct versions versions;

	(void)state;
	/* A name that fills its field has no end of its own. */
	memset(taken[1].name, 'x', sizeof(taken[1].name));
	elf_obj_free(obj);
	obj = module((struct elf_out_sym){0}, taken, sizeof(taken));
	assert_int_equal(versions_read(obj, &versions, &diag), 0);
	assert_int_equal(versions.takes.n, 3);
	assert_int_equal(versions.takes.v[0].crc, 0x11111111);
	assert_int_equal(strlen(versions.takes.v[1].name), sizeof(taken[1].name));
	assert_string_equal(versions.takes.v[2].name, "");
	assert_null(versions_find_difference(&versions, symvers, "mod_a"));
	assert_string_equal(versions_find_difference(&versions, symvers, "mod_b"),
			    "exports of_a, which the Module.symvers does not list");
	versions_free(&versions);
	elf_obj_free(obj);
	/* Half of an entry */
	obj = module((struct elf_out_sym){0}, taken, sizeof(taken) - 1);
	assert_int_not_equal(versions_read(obj, &versions, &quiet), 0);
	assert_int_equal(quiet.errors, 1);
	versions_free(&versions);
	elf_obj_free(obj);
	symvers_free(symvers);
}

/* ---- what was made global ---- */

static void test_made_global(void **state)
{
	static const char text[] =
		"klp-placement\t1\nobject\tvmlinux\nbase\tsame\n"
		"symbol\tmade\tdef\tfunc\t1\t10\tmade\t2\nsymbol\tweak\tdef\tfunc\t1\t20\tweak\t0\n"
		"symbol\tstays\tdef\tfunc\t1\t30\tstays\t0\nsymbol\tgone\tdef\tfunc\t1\t40\tgone\t0\n"
		"symbol\twas_global\tdef\tfunc\t1\t50\twas_global\t0\n"
		"symbol\telsewhere\tundef\tfunc\t1\t60\telsewhere\t0\n"
		"symbol\tundefined\tdef\tfunc\t1\t70\tundefined\t0\nsymbol\ta.c\tdef\tfunc\t1\t80\ta.c\t0\n";
	static const char *const local[] = {"made", "weak", "stays", "gone", "elsewhere", "undefined", "unplaced"};
	static const char *const global[] = {"made", "elsewhere", "unplaced", "was_global", "a.c"};
	struct elf_out *orig = elf_out_new(&arch_x86_64), *patched = elf_out_new(&arch_x86_64);
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR};
	uint32_t sec = elf_out_add_section(orig, ".text", &attr);
	struct diag diag = {.out = stderr};
	char path[] = "/tmp/klp-unit-link.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct placement *placement;
	struct elf_obj *objs[2];
	made_global_vec found = {0};

	(void)state;
	assert_int_equal(elf_out_add_section(patched, ".text", &attr), sec);
	elf_out_append(orig, sec, "\xc3", 1, 1);
	elf_out_append(patched, sec, "\xc3", 1, 1);
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		elf_out_add_symbol(orig, &(struct elf_out_sym){.name = local[i], .sec = sec, .type = STT_FUNC});
	elf_out_add_symbol(orig, &(struct elf_out_sym){.name = "was_global", .sec = sec, .bind = STB_GLOBAL});
	elf_out_add_symbol(orig, &(struct elf_out_sym){.name = "a.c", .sec = ELF_SHN_ABS, .type = STT_FILE});
	for (size_t i = 0; i < sizeof(global) / sizeof(global[0]); i++)
		elf_out_add_symbol(patched, &(struct elf_out_sym){.name = global[i], .sec = sec, .bind = STB_GLOBAL});
	elf_out_add_symbol(patched, &(struct elf_out_sym){.name = "weak", .sec = sec, .bind = STB_WEAK});
	elf_out_add_symbol(patched, &(struct elf_out_sym){.name = "stays", .sec = sec});
	elf_out_add_symbol(patched, &(struct elf_out_sym){.name = "undefined", .bind = STB_GLOBAL});
	objs[0] = object_of(orig);
	objs[1] = object_of(patched);
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(placement_read(path, &placement, &diag), 0);
	unlink(path);
	made_global_find(objs[0], objs[1], placement, &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.v[0]->name, "made");
	assert_int_equal(found.v[0]->sympos, 2);
	assert_string_equal(found.v[1]->name, "weak");
	vec_free(&found);
	placement_free(placement);
	elf_obj_free(objs[0]);
	elf_obj_free(objs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_of_definitions),
		cmocka_unit_test(test_definition_before_export),
		cmocka_unit_test(test_two_definitions),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_livepatch_symbols),
		cmocka_unit_test(test_kept_addresses),
		cmocka_unit_test_setup_teardown(test_damaged_modules_depend_on_nothing, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(test_next_file_where_one_is_damaged, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(test_dependencies_in_a_circle, make_tree, remove_tree),
		cmocka_unit_test(test_versions_that_are_given),
		cmocka_unit_test(test_versions_that_are_taken),
		cmocka_unit_test(test_made_global),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
