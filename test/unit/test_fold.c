// SPDX-License-Identifier: GPL-2.0-only
/* Lines for people fit the width of the terminal. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/diag.h"
#include "util/fold.h"

static char *folded;
static size_t size;

static const char *fold(const char *columns, const char *text)
{
	FILE *out;

	free(folded);
	folded = NULL;
	out = open_memstream(&folded, &size);
	if (columns)
		setenv("COLUMNS", columns, 1);
	else
		unsetenv("COLUMNS");
	fold_put(out, text);
	fclose(out);
	return folded;
}

static int end(void **state)
{
	(void)state;
	free(folded);
	return 0;
}

static void test_cut_between_words(void **state)
{
	(void)state;
	assert_string_equal(fold("10", "one"), "one\n");
	assert_string_equal(fold("10", "one two 90"), "one two 90\n");
	assert_string_equal(fold("10", "one two 901"), "one two\n    901\n");
	assert_string_equal(fold("10", "one two  a bc de f"), "one two  a\n    bc de\n    f\n");
	assert_string_equal(fold("10", "one two90   x"), "one two90\n    x\n");
	assert_string_equal(fold("10", ""), "\n");
}

static void test_long_words_stay_whole(void **state)
{
	(void)state;
	assert_string_equal(fold("10", "a/path/that/is/long"), "a/path/that/is/long\n");
	assert_string_equal(fold("10", "in a/path/that/is/long x"), "in\n    a/path/that/is/long\n    x\n");
	assert_string_equal(fold("3", "a b c"), "a b\n    c\n");
}

static void test_hunks_stay_whole(void **state)
{
	(void)state;
	assert_string_equal(fold("12", "hunk @@ -1,7 +1,8 @@ of f.c"), "hunk\n    @@ -1,7 +1,8 @@\n    of f.c\n");
	assert_string_equal(fold("12", "not @@ -1,7 +1,8"), "not @@ -1,7\n    +1,8\n");
}

static void test_indent(void **state)
{
	(void)state;
	assert_string_equal(fold("12", "  one two 01 2"), "  one two 01\n      2\n");
	assert_string_equal(fold("20", "  -h, --help  show this help"),
			    "  -h, --help  show\n              this\n              help\n");
	assert_string_equal(fold("22", "                  a bc d"), "                  a bc\n                  d\n");
}

static void test_each_line(void **state)
{
	(void)state;
	assert_string_equal(fold("8", "one two\n\nthree four\n"), "one two\n\nthree\n    four\n");
}

static void test_utf8(void **state)
{
	(void)state;
	assert_string_equal(fold("7", "\xc3\xa4\xc3\xb6\xc3\xbc abc de"), "\xc3\xa4\xc3\xb6\xc3\xbc abc\n    de\n");
}

/* What is no number counts as not set. */
static void test_width(void **state)
{
	static const char *const widths[] = {NULL, "", "0", "-5", "wide", "20x", "80"};
	char text[256];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[40] = text[78] = text[80] = text[120] = ' ';
	text[130] = '\0';
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		fold(widths[i], text);
		assert_int_equal(strcspn(folded, "\n"), 80);
	}
	fold("100", text);
	assert_int_equal(strcspn(folded, "\n"), 80);
	fold("130", text);
	assert_int_equal(strcspn(folded, "\n"), 130);
}

/* A message that other programs read as a record does not. */
static void test_messages_but_no_records(void **state)
{
	char out[512] = {0}, report[512] = {0};
	struct diag diag = {.out = fmemopen(out, sizeof(out), "w"), .report = fmemopen(report, sizeof(report), "w")};

	(void)state;
	setenv("COLUMNS", "40", 1);
	diag_refuse(&diag, RULE_DATA_CHANGED, "file.o", "variable",
		    "its contents differ, and the kernel has it already");
	fclose(diag.out);
	fclose(diag.report);
	assert_string_equal(out, "file.o: variable: refused: its contents\n"
				 "    differ, and the kernel has it\n"
				 "    already [data-changed]\n");
	assert_string_equal(report,
			    "refused\tdata-changed\tvariable\tits contents differ, and the kernel has it already\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_between_words),
		cmocka_unit_test(test_long_words_stay_whole),
		cmocka_unit_test(test_hunks_stay_whole),
		cmocka_unit_test(test_indent),
		cmocka_unit_test(test_each_line),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_messages_but_no_records),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
