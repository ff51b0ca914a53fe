// SPDX-License-Identifier: GPL-2.0-only
/* Text files that are read line by line: what is no text is never taken for the part that could be read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "object/layout.h"
#include "target/symtab.h"
#include "util/diag.h"
#include "util/input.h"

static char output[512];
static struct diag diag;

/* Reads text of size bytes; returns what the end gives, the lines joined by "|" in lines. */
static int read_lines(const char *text, size_t size, char lines[256])
{
	FILE *file = fmemopen((void *)text, size, "r");
	struct input input;
	const char *line;

	lines[0] = '\0';
	input_begin(&input, file, "text");
	while ((line = input_line(&input)))
		snprintf(lines + strlen(lines), 256 - strlen(lines), "%u %s|", input.number, line);
	return input_close(&input, 0, &diag);
}

static void test_lines(void **state)
{
	char lines[256];

	(void)state;
	assert_int_equal(read_lines("a\n\nlast", 7, lines), 0);
	assert_string_equal(lines, "1 a|2 |3 last|");
	assert_string_equal(output, "");
}

static void test_nul(void **state)
{
	char lines[256];

	(void)state;
	assert_true(read_lines("a\nb\0c\nd\n", 8, lines) < 0);
	assert_string_equal(lines, "1 a|");
	assert_string_equal(output, "text: line 2: error: holds a NUL byte, so it is not text\n");
}

static void test_earlier_error(void **state)
{
	FILE *file = fmemopen("a\0", 2, "r");
	struct input input;

	(void)state;
	input_begin(&input, file, "text");
	input_line(&input);
	assert_int_equal(input_close(&input, -EBADMSG, &diag), -EBADMSG);
	assert_string_equal(output, "");
}

static void test_directory(void **state)
{
	struct layout layout = {0};
	struct symtab *tab;

	(void)state;
	assert_true(layout_read_file(&layout, &arch_x86_64, "/tmp", &diag) < 0);
	assert_true(symtab_read("/tmp", &tab, &diag) < 0);
	assert_string_equal(output, "/tmp: error: can't read: Is a directory\n"
				    "/tmp: error: can't read: Is a directory\n");
}

/* A symbol behind the NUL would be missing, and a name that is there twice would look like one. */
static void test_nul_in_symbols(void **state)
{
	static const char text[] = "ffffffff81000000 T f\n\0ffffffff81000010 t f\n";
	char path[] = "/tmp/test_input.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct symtab *tab;
	int err;

	(void)state;
	fwrite(text, 1, sizeof(text) - 1, file);
	fclose(file);
	err = symtab_read(path, &tab, &diag);
	remove(path);
	assert_true(err < 0);
	assert_non_null(strstr(output, "holds a NUL byte, so it is not text"));
}

static int begin(void **state)
{
	(void)state;
	memset(output, 0, sizeof(output));
	diag.out = fmemopen(output, sizeof(output), "w");
	setbuf(diag.out, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return fclose(diag.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, begin, end),
		cmocka_unit_test_setup_teardown(test_nul, begin, end),
		cmocka_unit_test_setup_teardown(test_earlier_error, begin, end),
		cmocka_unit_test_setup_teardown(test_directory, begin, end),
		cmocka_unit_test_setup_teardown(test_nul_in_symbols, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
