// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects are compiled and linked here, into an image and into a module, so that the truth is known: the linked file
 * tells by its FILE symbols which of several symbols of one name came from which object. The target that the base check
 * sees has no such symbols.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf/model.h"
#include "place/target.h"
#include "place/place.h"
#include "place/placement.h"
#include "place/write.h"
#include "target/symtab.h"
#include "util/diag.h"

static char dir[] = "/tmp/test_place.XXXXXX";

static void run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		fail_msg("failed: %s", command);
}

static const char *in_dir(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void compile(const char *source, const char *object, const char *options)
{
	run("cc -w -O2 -g0 -mcmodel=kernel -fno-pic -fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables "
	    "-fno-stack-protector -fno-toplevel-reorder %s -c -o %s test/unit/data/%s",
	    options, in_dir(object), source);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	compile("place-before.c", "before.o", "");
	compile("place-orig.c", "orig.o", "");
	compile("place-after.c", "after.o", "");
	compile("place-data.c", "data.o", "");
	run("cd %s && ld -e 0 -Ttext=0xffffffff81000000 -o vmlinux before.o orig.o after.o data.o", dir);
	run("cd %s && ld -r -o mod.ko before.o orig.o after.o data.o", dir);
	/* What the check gets. */
	run("cd %s && objcopy --strip-debug -N kallsyms_names vmlinux bare-vmlinux && objcopy --strip-debug mod.ko bare-mod.ko",
	    dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run("rm -rf %s", dir);
	return 0;
}

struct scene {
	struct elf_obj *obj, *target_elf;
	struct symtab *target_tab, *truth;
	struct target target;
	struct base_check *check;
	struct diag diag;
	char *messages;
	size_t messages_size;
};

/* Places an object in the image or the module; returns what place_object() did. */
static int scene_open(struct scene *scene, const char *object, bool is_module, bool insist)
{
	struct diag *diag = &scene->diag;
	int err;

	memset(scene, 0, sizeof(*scene));
	diag->out = open_memstream(&scene->messages, &scene->messages_size);
	assert_int_equal(elf_obj_read(in_dir(object), &scene->obj, diag), 0);
	assert_int_equal(elf_obj_read(in_dir(is_module ? "bare-mod.ko" : "bare-vmlinux"), &scene->target_elf, diag), 0);
	assert_int_equal(symtab_read_elf(scene->target_elf, &scene->target_tab, diag), 0);
	assert_int_equal(symtab_read(in_dir(is_module ? "mod.ko" : "vmlinux"), &scene->truth, diag), 0);
	target_init(&scene->target, is_module ? "mod" : "vmlinux", scene->target_elf, scene->target_tab, is_module);
	err = place_object(scene->obj, &scene->target, insist, &scene->check, diag);
	fflush(diag->out);
	return err;
}

static void scene_close(struct scene *scene)
{
	fclose(scene->diag.out);
	free(scene->messages);
	base_check_free(scene->check);
	target_free(&scene->target);
	symtab_free(scene->truth);
	symtab_free(scene->target_tab);
	elf_obj_free(scene->target_elf);
	elf_obj_free(scene->obj);
}

static uint32_t symbol(const struct scene *scene, const char *name)
{
	uint32_t index = elf_obj_find_symbol(scene->obj, name);

	if (!index)
		fail_msg("the object has no symbol %s", name);
	return index;
}

/* The record of a symbol that came from this source file (NULL: a global one). */
static const struct symtab_sym *find_truth(const struct scene *scene, const char *name, const char *file)
{
	const struct symtab *tab = scene->truth;

	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		if (!file || (tab->syms[id].file != SYMTAB_NONE && !strcmp(tab->syms[tab->syms[id].file].name, file)))
			return &tab->syms[id];
	fail_msg("the linked file has no %s of %s", name, file ? file : "any");
	return NULL;
}

static void expect_place(const struct scene *scene, const char *name, const char *file)
{
	const struct symtab_sym *want = find_truth(scene, name, file);
	uint32_t index = symbol(scene, name), id;
	struct address at;

	if (!base_check_find_symbol(scene->check, index, &at))
		fail_msg("%s: not placed", name);
	if (at.offset != want->addr || (scene->target.is_module && at.shndx != want->shndx))
		fail_msg("%s: placed at %u:%#lx, is at %u:%#lx", name, at.shndx, at.offset, want->shndx, want->addr);
	id = base_check_find_record(scene->check, index, at);
	if (id == SYMTAB_NONE)
		fail_msg("%s: no record", name);
	/* Both tables have the same names in the same order. */
	assert_int_equal(symtab_sympos(scene->target_tab, id),
			 symtab_sympos(scene->truth, (uint32_t)(want - scene->truth->syms)));
}

static void expect_all_places(const struct scene *scene)
{
	static const char *const own[] = {"state",   "twin",    "lone_twin", "calls.0",
					  "calls.1", "counter", "handlers",  "lonely"};
	static const char *const global[] = {"first",     "second", "say",       "outside_a",
					     "outside_b", "shared", "overridden"};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		expect_place(scene, own[i], "place-orig.c");
	for (size_t i = 0; i < sizeof(global) / sizeof(global[0]); i++)
		expect_place(scene, global[i], NULL);
}

static void test_same_base(void **state)
{
	(void)state;
	for (int is_module = 0; is_module <= 1; is_module++) {
		struct scene scene;

		if (scene_open(&scene, "orig.o", is_module, true))
			fail_msg("not the same: %s", scene.messages);
		assert_int_equal(scene.messages_size, 0);
		/* first, second, twin, lone_twin, lonely, overridden */
		assert_int_equal(scene.check->ntotal, 6);
		assert_int_equal(scene.check->nmatched, 6);
		expect_all_places(&scene);
		/* It is the second of three, and the sympos says so. */
		expect_place(&scene, "twin", "place-orig.c");
		scene_close(&scene);
	}
}

/* Where sections have another order, an entry with padding can be the target's last one, which has none. */
static void test_padding_is_no_difference(void **state)
{
	(void)state;
	compile("place-orig.c", "padded.o", "-DPADDED_PARAVIRT");
	for (int is_module = 0; is_module <= 1; is_module++) {
		struct scene scene;

		if (scene_open(&scene, "padded.o", is_module, true))
			fail_msg("not the same: %s", scene.messages);
		assert_int_equal(scene.check->nmatched, 6);
		scene_close(&scene);
	}
}

static void test_differences_are_refused(void **state)
{
	static const struct {
		const char *macro, *message;
		uint32_t nmatched;
	} cases[] = {
		{"-DDIFFERENT_CODE",
		 ": compiled 2b, kernel has 03; the source, config or compiler differs from the one the kernel was built with (5 of 6 functions match)",
		 5},
		{"-DDIFFERENT_STRING", "compiled with \"hallo\", the kernel has \"hello\"; the source, config", 5},
		{"-DDIFFERENT_CALLEE", "refers to outside_b, the kernel to outside_a", 5},
		{"-DDIFFERENT_DATA", "counter+0: compiled 08, kernel has 07; the source", 6},
		{"-DDIFFERENT_INIT", "events+0x4: compiled 3d, kernel has 3c; the source", 6},
		{"-DDIFFERENT_REPLACEMENT", ".altinstr_replacement+0x2: refers to outside_b, the kernel to outside_a",
		 6},
		{"-DDIFFERENT_ENTRY", "compiled with an entry in .altinstructions that the kernel does not have", 5},
		{"-DWITHOUT_ENTRY", "the kernel has an entry in __ex_table that the compiled object does not have", 5},
		{"-DWITH_ENTRY", "compiled with an entry in __ex_table that the kernel does not have", 5},
		{"-DWITHOUT_TABLE", "the kernel has an entry in __ex_table that the compiled object does not have", 4},
		{"-DWITH_ENTRY_FOR_GAP",
		 ": compiled with an entry in __ex_table that the kernel does not have; the source, config or compiler differs from the one the kernel was built with (all 6",
		 6},
		{"-DWITH_ENTRY_FOR_DATA",
		 "__ex_table+0xc: an entry that belongs to no instruction of this object; the source", 6},
		{"-DDIFFERENT_KEY", "compiled with an entry in .static_call_sites that the kernel does not have", 5},
		/* The table's last entry, which ends before its padding. */
		{"-DDIFFERENT_PARAVIRT", "compiled with an entry in .parainstructions that the kernel does not have",
		 5},
		{"-DWITHOUT_PARAVIRT",
		 "the kernel has an entry in .parainstructions that the compiled object does not have", 5},
		{"-DWITHOUT_CONSTANT",
		 "the kernel has an entry in runtime_ptr_shared that the compiled object does not have", 5},
		{"-DDIFFERENT_GAP", ".text+", 6},
		/* A module has zeros under a relocation, so that no byte tells. */
		{"-DNULL_POINTER", "handlers+0", 6},
		{"-DNULL_ADDRESS", "second+0x", 5},
		{"-DNO_RELOCATION", "second+0x", 5},
		{"-DUNKNOWN_CALLEE", "refers to no_such_function, the kernel to outside_a", 5},
		{"-DZERO_DATA", "counter+0: compiled as zeros, kernel has 07; the source", 6},
		{"-DLARGER_DATA", "counter+0: counter has 8 bytes, in the kernel 4; the source", 6},
		{"-DRENAMED_DATA", "tally+0: the kernel has no tally at this address; the source", 6},
		{"-DRENAMED_CODE", "renamed+0: the kernel has no renamed at this address; the source", 5},
		{"-DRENAMED_WEAK", "the kernel has no superseded at this address; the source", 4},
		{"-DODD_STRING", "compiled with \"h\\033\\377llo\", the kernel has \"hello\"; the source", 5},
		{"-DADDRESS_OF_NOTE", "refers to .remarks, which is not in a kernel; the source", 5},
		{"-DADDRESS_OUTSIDE", "refers outside of .rodata.str1.1; the source", 5},
		{"-DDIFFERENT_POINTER", "handlers+0: refers to second, the kernel to first", 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		compile("place-orig.c", "different.o", cases[i].macro);
		for (int is_module = 0; is_module <= 1; is_module++) {
			struct scene scene;

			if (!scene_open(&scene, "different.o", is_module, true))
				fail_msg("%s: the same", cases[i].macro);
			assert_int_equal(scene.diag.errors, 0);
			assert_int_equal(scene.diag.refusals, 1);
			assert_int_equal(scene.check->nmatched, cases[i].nmatched);
			if (!strstr(scene.messages, cases[i].message))
				fail_msg("%s: message is: %s", cases[i].macro, scene.messages);
			scene_close(&scene);
		}
	}
}

static void test_skipped_base_check(void **state)
{
	(void)state;
	compile("place-orig.c", "different.o", "-DDIFFERENT_CODE");
	for (int is_module = 0; is_module <= 1; is_module++) {
		struct scene scene;

		assert_int_equal(scene_open(&scene, "different.o", is_module, false), 0);
		assert_int_equal(scene.diag.refusals, 0);
		assert_int_equal(scene.diag.warnings, 1);
		expect_place(&scene, "twin", "place-orig.c");
		expect_place(&scene, "lone_twin", "place-orig.c");
		expect_place(&scene, "counter", "place-orig.c");
		scene_close(&scene);
	}
}

static void test_foreign_object(void **state)
{
	struct scene scene;

	(void)state;
	run("printf 'int stranger(int x) { return x * 12345; }\\n' > %s", in_dir("stranger.c"));
	run("cd %s && cc -O2 -c -o stranger.o stranger.c", dir);
	assert_int_not_equal(scene_open(&scene, "stranger.o", false, true), 0);
	assert_non_null(strstr(
		scene.messages,
		"stranger: vmlinux has no code like this; the source, config or compiler differs from the one the kernel was built with (0 of 1 functions match)"));
	scene_close(&scene);
}

/* Code that is there twice, with nothing that tells which is meant, is never placed by chance. */
static void test_ambiguous(void **state)
{
	struct address at;

	(void)state;
	compile("place-same.c", "same.o", "");
	for (int is_module = 0; is_module <= 1; is_module++) {
		struct scene scene;

		assert_int_not_equal(scene_open(&scene, "same.o", is_module, true), 0);
		assert_non_null(strstr(scene.messages, "has this code at 2 addresses"));
		assert_false(base_check_find_symbol(scene.check, symbol(&scene, "same"), &at));
		scene_close(&scene);
	}
}

static void test_data_only(void **state)
{
	(void)state;
	for (int is_module = 0; is_module <= 1; is_module++) {
		struct scene scene;

		if (scene_open(&scene, "data.o", is_module, true))
			fail_msg("not the same: %s", scene.messages);
		assert_int_equal(scene.check->ntotal, 0);
		expect_place(&scene, "table", NULL);
		expect_place(&scene, "numbers", NULL);
		expect_place(&scene, "outside_b", NULL);
		scene_close(&scene);
	}
}

static void test_written_file_is_read(void **state)
{
	const struct placement_record *record;
	struct diag diag = {.out = stderr};
	struct placement *placement;
	struct scene scene;

	(void)state;
	assert_int_equal(scene_open(&scene, "orig.o", true, true), 0);
	assert_int_equal(base_check_write(scene.check, in_dir("orig.place"), &diag), 0);
	scene_close(&scene);
	assert_int_equal(placement_read(in_dir("orig.place"), &placement, &diag), 0);
	assert_string_equal(placement->object, "mod");
	record = placement_find(placement, "twin", true);
	assert_non_null(record);
	assert_true(record->defined);
	assert_string_equal(record->target_name, "twin");
	assert_int_equal(record->sympos, 2);
	record = placement_find(placement, "shared", false);
	assert_non_null(record);
	assert_false(record->defined);
	assert_int_equal(record->sympos, 0);
	placement_free(placement);
	diag.out = fopen("/dev/null", "w");
	run("sed -i /^base/d %s", in_dir("orig.place"));
	assert_int_not_equal(placement_read(in_dir("orig.place"), &placement, &diag), 0);
	/* Found by fuzzing: a record that is refused has no name. */
	run("printf 'symbol\\tname\\tdef\\n' >>%s", in_dir("orig.place"));
	assert_int_not_equal(placement_read(in_dir("orig.place"), &placement, &diag), 0);
	fclose(diag.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_base),
		cmocka_unit_test(test_padding_is_no_difference),
		cmocka_unit_test(test_differences_are_refused),
		cmocka_unit_test(test_skipped_base_check),
		cmocka_unit_test(test_foreign_object),
		cmocka_unit_test(test_data_only),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_written_file_is_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
