// SPDX-License-Identifier: GPL-2.0-only
/* What an image tells of itself beside its symbols: exports, against a Module.symvers, and sizes of structures. */
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
#include "target/btf.h"
#include "target/exports.h"
#include "target/symvers.h"
#include "util/diag.h"

static char dir[] = "/tmp/test_exports.XXXXXX";

static void run(const char *fmt, const char *option)
{
	char command[1024];

	snprintf(command, sizeof(command), fmt, dir, option);
	if (system(command))
		fail_msg("failed: %s", command);
}

static struct elf_obj *link_image(const char *macro, struct diag *diag)
{
	char path[64];
	struct elf_obj *image;

	run("o=%s; cc -c %s -o $o/exports.o test/unit/data/exports.S && "
	    "ld -e 0 -Ttext=0xffffffff81000000 -o $o/vmlinux $o/exports.o",
	    macro);
	snprintf(path, sizeof(path), "%s/vmlinux", dir);
	assert_int_equal(elf_obj_read(path, &image, diag), 0);
	return image;
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run("rm -rf %s %s", "");
	return 0;
}

static void expect_export(const struct symvers *exports, const char *name, uint32_t crc, bool gpl_only, const char *ns)
{
	const struct symvers_entry *entry = symvers_find(exports, name);

	assert_non_null(entry);
	assert_string_equal(entry->module, "vmlinux");
	assert_int_equal(entry->crc, crc);
	assert_int_equal(entry->gpl_only, gpl_only);
	assert_string_equal(entry->ns, ns);
}

static void test_exports(void **state)
{
	struct diag diag = {.out = stderr};
	struct elf_obj *image = link_image("", &diag);
	struct symvers *exports;
	bool has_crcs;

	(void)state;
	assert_int_equal(exports_read(image, &exports, &has_crcs, &diag), 0);
	assert_true(has_crcs);
	assert_int_equal(exports->nentries, 3);
	expect_export(exports, "one", 0x11111111, false, "");
	expect_export(exports, "two", 0x22222222, true, "");
	expect_export(exports, "three", 0x33333333, false, "SPACE");
	symvers_free(exports);
	elf_obj_free(image);
}

/* As in Linux 7.3, which has no CRCs either where Debian builds it. */
static void test_flags(void **state)
{
	struct diag diag = {.out = stderr}, broken = {0};
	struct elf_obj *image = link_image("-DFLAGS -DWITHOUT_CRCS", &diag);
	struct symvers *exports;
	bool has_crcs;

	(void)state;
	assert_int_equal(exports_read(image, &exports, &has_crcs, &diag), 0);
	assert_false(has_crcs);
	assert_int_equal(exports->nentries, 3);
	expect_export(exports, "one", 0, false, "");
	expect_export(exports, "two", 0, true, "");
	expect_export(exports, "three", 0, false, "SPACE");
	symvers_free(exports);
	elf_obj_free(image);
	image = link_image("-DFLAGS -DWITHOUT_CRCS -DBROKEN_FLAGS", &diag);
	assert_int_not_equal(exports_read(image, &exports, &has_crcs, &broken), 0);
	assert_int_equal(broken.errors, 1);
	elf_obj_free(image);
}

static void test_broken_table(void **state)
{
	struct diag diag = {0};
	struct elf_obj *image = link_image("-DBROKEN_TABLE", &diag);
	struct symvers *exports;
	bool has_crcs;

	(void)state;
	assert_int_not_equal(exports_read(image, &exports, &has_crcs, &diag), 0);
	assert_int_equal(diag.errors, 1);
	elf_obj_free(image);
}

/* The name of an entry is outside of the image: it was looked up all the same. */
static void test_nameless_entry(void **state)
{
	char *messages = NULL;
	size_t size;
	struct diag diag = {.out = open_memstream(&messages, &size)};
	struct elf_obj *image = link_image("-DNAMELESS", &diag);
	struct symvers *exports;
	bool has_crcs;

	(void)state;
	assert_int_not_equal(exports_read(image, &exports, &has_crcs, &diag), 0);
	fclose(diag.out);
	assert_non_null(strstr(messages, "__ksymtab: error: entry 2 has no name"));
	free(messages);
	elf_obj_free(image);
}

/* Compares with a Module.symvers of this text; returns what was said, "" if they agree. */
static const char *compare(const char *macro, const char *text)
{
	static char *messages;
	static size_t size;
	struct diag diag = {0};
	struct elf_obj *image;
	struct symvers *exports, *symvers;
	char path[64];
	bool has_crcs;
	FILE *file;
	int err;

	free(messages);
	diag.out = open_memstream(&messages, &size);
	image = link_image(macro, &diag);
	snprintf(path, sizeof(path), "%s/symvers", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(exports_read(image, &exports, &has_crcs, &diag), 0);
	assert_int_equal(symvers_read(path, &symvers, &diag), 0);
	err = exports_compare(exports, has_crcs, symvers, "symvers", &diag);
	fclose(diag.out);
	assert_int_equal(diag.errors, 0);
	assert_int_equal(diag.refusals, err ? 1 : 0);
	symvers_free(symvers);
	symvers_free(exports);
	elf_obj_free(image);
	return messages;
}

#define ONE     "0x11111111\tone\tvmlinux\tEXPORT_SYMBOL\t\n"
#define TWO     "0x22222222\ttwo\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
#define THREE   "0x33333333\tthree\tvmlinux\tEXPORT_SYMBOL\tSPACE\n"
#define MODULES "0x44444444\tfour\tnet/foo\tEXPORT_SYMBOL\t\n"

static void test_compare(void **state)
{
	static const struct {
		const char *symvers, *message;
	} cases[] = {
		{ONE TWO "0x33333334\tthree\tvmlinux\tEXPORT_SYMBOL\tSPACE\n",
		 "symvers: three: CRC 0x33333334, the image has 0x33333333 (1 of 3 exports differ)"},
		{ONE THREE, "symvers: two: the image exports it, the file does not list it (1 of 3 exports differ)"},
		{ONE TWO THREE "0x5\tfive\tvmlinux\tEXPORT_SYMBOL\t\n",
		 "symvers: five: the image does not export it (1 of 3 exports differ)"},
		{ONE "0x22222222\ttwo\tvmlinux\tEXPORT_SYMBOL\t\n" THREE,
		 "two: the image exports it to GPL modules only (1 of 3 exports differ)"},
		{"0x11111111\tone\tvmlinux\tEXPORT_SYMBOL_GPL\t\n" TWO THREE,
		 "one: the image exports it to all modules (1 of 3 exports differ)"},
		{ONE TWO "0x33333333\tthree\tvmlinux\tEXPORT_SYMBOL\t\n",
		 "three: namespace '', the image has 'SPACE' (1 of 3 exports differ)"},
		{"0x11111111\tone\tnet/foo\tEXPORT_SYMBOL\t\n" TWO THREE,
		 "one: the image exports it, but the file says that foo does (1 of 3 exports differ)"},
		{"", ": the image exports it, the file does not list it (3 of 3 exports differ)"},
	};

	(void)state;
	assert_string_equal(compare("", ONE TWO THREE MODULES), "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *messages = compare("", cases[i].symvers);

		if (!strstr(messages, cases[i].message))
			fail_msg("case %zu: '%s' is not in: %s", i, cases[i].message, messages);
	}
	/* Without CRCs (CONFIG_MODVERSIONS is off) there is nothing to say about them. */
	assert_string_equal(compare("-DWITHOUT_CRCS", "0x00000000\tone\tvmlinux\tEXPORT_SYMBOL\t\n" TWO THREE), "");
}

static void test_struct_sizes(void **state)
{
	static const char *const names[] = {"jump_entry", NULL, "exception_table_entry", "bug_entry"};
	uint32_t sizes[4];
	struct diag diag = {.out = stderr};
	struct elf_obj *image = link_image("", &diag);

	(void)state;
	assert_int_equal(btf_read_struct_sizes(image, names, sizes, 4, &diag), 0);
	assert_int_equal(sizes[0], 16);
	assert_int_equal(sizes[1], 0);
	assert_int_equal(sizes[2], 12);
	assert_int_equal(sizes[3], 0);
	elf_obj_free(image);

	/* What comes behind a record that is not understood can't be found. */
	diag.out = NULL;
	image = link_image("-DUNKNOWN_KIND", &diag);
	assert_int_not_equal(btf_read_struct_sizes(image, names, sizes, 4, &diag), 0);
	assert_int_equal(diag.errors, 1);
	elf_obj_free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exports),      cmocka_unit_test(test_flags),
		cmocka_unit_test(test_broken_table), cmocka_unit_test(test_nameless_entry),
		cmocka_unit_test(test_compare),      cmocka_unit_test(test_struct_sizes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
