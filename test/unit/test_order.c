// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which an object has its sections and symbols says nothing of which piece is which: shuffled, a pair of
 * objects has the same pairs, by the same rules.
 *
 * test_order ORIG.o PATCHED.o ... looks at these pairs instead, for instance those that the object tests leave in
 * build/object.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pair-fixture.h"
#include "shuffle.h"

#define SEEDS 6

static struct elf_obj *read_object(const char *path)
{
	struct diag diag = {.out = stderr};
	struct elf_obj *obj;

	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	return obj;
}

/* The file must stay as long as the object: debug information is read from it. */
static struct elf_obj *shuffled(const struct elf_obj *obj, uint64_t seed, char *path)
{
	int fd = mkstemp(strcpy(path, "/tmp/klp-unit-order.XXXXXX"));

	assert_true(fd >= 0);
	close(fd);
	shuffle_write(obj, seed, path);
	return read_object(path);
}

/*
 * A piece by its name and its place in a section, which is known by its name and by how many of that name come before
 * it.
 */
static const char *identify(const struct side *side, uint32_t id, char *text, size_t size)
{
	const struct piece *piece = id == PIECE_NONE ? NULL : side_piece(side, id);
	uint32_t before = 0;

	if (!piece)
		return "nothing";
	for (uint32_t i = 1; i < piece->sec; i++)
		before += !strcmp(side->obj->secs[i].name, side->obj->secs[piece->sec].name);
	snprintf(text, size, "%s (%s:%u+%#lx)", piece->name, side->obj->secs[piece->sec].name, before,
		 (unsigned long)piece->start);
	return text;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that is said of the patched pieces, in the order of their names; each line is the caller's. */
static char **describe(const struct pair *pair, uint32_t *n)
{
	char **lines = calloc(pair->patched.pieces->n + 1, sizeof(*lines)), text[3][512];

	*n = pair->patched.pieces->n;
	for (uint32_t p = 0; p < *n; p++) {
		uint32_t other = pair->corr->rule[p] == CORR_AMBIGUOUS ? pair->corr->other[p] : PIECE_NONE;

		assert_true(asprintf(&lines[p], "%s is %s by rule %d, or %s",
				     identify(&pair->patched, p, text[0], sizeof(text[0])),
				     identify(&pair->orig, pair->corr->to_orig[p], text[1], sizeof(text[1])),
				     pair->corr->rule[p], identify(&pair->orig, other, text[2], sizeof(text[2]))) > 0);
	}
	qsort(lines, *n, sizeof(*lines), compare_lines);
	return lines;
}

static void free_lines(char **lines, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(lines[i]);
	free(lines);
}

/* Compares the pairs with those of shuffled objects; what is the object to be told of. Takes the objects over. */
static void expect_no_order(const char *what, struct elf_obj *orig, struct elf_obj *patched)
{
	struct pair pair, other;
	uint32_t n, nfound;
	char **lines;

	pair_open(&pair, orig, patched);
	lines = describe(&pair, &n);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		char **found, paths[2][32];

		pair_open(&other, shuffled(orig, seed, paths[0]), shuffled(patched, seed + SEEDS, paths[1]));
		found = describe(&other, &nfound);
		assert_int_equal(nfound, n);
		for (uint32_t i = 0; i < n; i++)
			if (strcmp(lines[i], found[i]))
				fail_msg("%s, seed %lu: %s; shuffled: %s", what, (unsigned long)seed, lines[i],
					 found[i]);
		free_lines(found, nfound);
		pair_close(&other);
		unlink(paths[0]);
		unlink(paths[1]);
	}
	free_lines(lines, n);
	pair_close(&pair);
}

/*
 * f and g have two counts each of one name, h has one of them that a helper had before; a macro counts names, two
 * constants were one place, one of two clones is called by a clone, and a function got an alias.
 */
static void side_of_synthetic(struct maker *maker, bool is_patched)
{
	static const char *const counts[2][5] = {
		{"count.0", "count.1", "count.2", "count.3", "count.10"},
		{"count.1", "count.2", "count.4", "count.9", "count.11"},
	};
	const char *const *count = counts[is_patched];

	maker_function(maker, "f", STB_GLOBAL);
	maker_load(maker, count[0]);
	maker_call(maker, "outside");
	maker_store(maker, count[1]);
	maker_call(maker, is_patched ? "do_it.isra.1" : "do_it.isra.0");
	maker_return(maker);
	/* Nothing tells its two from each other. */
	maker_function(maker, "g", STB_GLOBAL);
	maker_load(maker, count[2]);
	if (!is_patched)
		maker_load(maker, count[3]);
	maker_load(maker, is_patched ? "__UNIQUE_ID_state_12" : "__UNIQUE_ID_state_7");
	maker_load(maker, is_patched ? "__UNIQUE_ID_state_9" : "__UNIQUE_ID_state_10");
	maker_return(maker);
	maker_function(maker, is_patched ? "h" : "helper", STB_GLOBAL);
	maker_load(maker, count[4]);
	maker_call(maker, is_patched ? "do_it.isra.0" : "do_it.isra.1");
	maker_return(maker);
	maker_function(maker, "do_it.isra.0", STB_LOCAL);
	maker_call(maker, "inner.constprop.0");
	maker_return(maker);
	maker_function(maker, "do_it.isra.1", STB_LOCAL);
	if (is_patched)
		maker_symbol(maker, "alias_of_it", STT_FUNC, STB_LOCAL, 1);
	maker_return(maker);
	maker_function(maker, "inner.constprop.0", STB_LOCAL);
	maker_return(maker);
	for (int i = 0; i < 5; i++)
		maker_variable(maker, count[i], STB_LOCAL, NULL, 4);
	maker_variable(maker, is_patched ? "__UNIQUE_ID_state_12" : "__UNIQUE_ID_state_7", STB_LOCAL, NULL, 4);
	maker_variable(maker, is_patched ? "__UNIQUE_ID_state_9" : "__UNIQUE_ID_state_10", STB_LOCAL, NULL, 4);
	maker_section(maker, ".rodata.first", SHF_ALLOC);
	maker_symbol(maker, "first", STT_OBJECT, STB_LOCAL, 4);
	if (is_patched) {
		maker_bytes(maker, "\1\0\0\0", 4);
		maker_section(maker, ".rodata.second", SHF_ALLOC);
	}
	maker_symbol(maker, "second", STT_OBJECT, STB_LOCAL, 4);
	maker_bytes(maker, "\2\0\0\0", 4);
}

static void test_synthetic(void **state)
{
	struct elf_obj *objs[2];

	(void)state;
	pair_make(objs, "a.c", side_of_synthetic, NULL);
	expect_no_order("the synthetic pair", objs[0], objs[1]);
}

static struct elf_obj *compile(const char *dir, const char *test, const char *side)
{
	char command[1024], path[128];
	struct elf_obj *obj;

	snprintf(path, sizeof(path), "%s/%s-%s.o", dir, test, side);
	snprintf(
		command, sizeof(command),
		"cc -w -g1 -O2 -std=gnu11 -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -fno-asynchronous-unwind-tables "
		"-fno-stack-protector -fno-jump-tables -ffunction-sections -fdata-sections -fcf-protection=none -pg -mfentry "
		"-mrecord-mcount -Itest/object -c test/object/%s/%s.c -o %s",
		test, side, path);
	assert_int_equal(system(command), 0);
	obj = read_object(path);
	return obj;
}

/* Pairs of the object tests, which run at the top of the tree: of each kind that has more than one answer. */
static void test_compiled(void **state)
{
	static const char *const tests[] = {"alias-syscall",          "constant-merged", "family-clone-appears",
					    "function-merged-called", "layout-same",     "static-local-second-of-name",
					    "static-local-taken-over"};
	char dir[] = "/tmp/klp-unit-order.XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		expect_no_order(tests[i], compile(dir, tests[i], "orig"), compile(dir, tests[i], "patched"));
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_synthetic),
		cmocka_unit_test(test_compiled),
	};

	for (int i = 1; i + 1 < argc; i += 2)
		expect_no_order(argv[i + 1], read_object(argv[i]), read_object(argv[i + 1]));
	return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
