// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which numbers in code and in texts are line numbers, and which are not, or only by a guess that is told. None of
 * these objects has debug information.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "diff/lines.h"
#include "pair-fixture.h"

/*
 * What stands in the function before the number and between it and the end; a byte string, or "call" or "text" of what.
 */
struct step {
	const char *bytes;
	const char *call;
	const char *text;
};

static void add_step(struct maker *maker, const struct step *step)
{
	if (step->bytes)
		maker_bytes(maker, step->bytes, strlen(step->bytes));
	if (step->text)
		maker_text(maker, step->text);
	if (step->call)
		maker_call(maker, step->call);
}

struct scene {
	struct pair pair;
	struct lines *lines;
	uint64_t at; /* of the number, in both functions */
};

struct steps {
	const struct step *before, *before_now, *after;
};

/* f(): before, mov $number,%esi, after. The number is 10 and then 13. */
static void side_of_steps(struct maker *maker, bool is_patched)
{
	const struct steps *steps = maker_arg(maker);

	maker_function(maker, "own_function", STB_GLOBAL);
	maker_return(maker);
	maker_function(maker, "f", STB_GLOBAL);
	add_step(maker, is_patched ? steps->before_now : steps->before);
	maker_number(maker, is_patched ? 13 : 10);
	add_step(maker, steps->after);
	maker_return(maker);
}

static void open_scene_of_two(struct scene *scene, const char *source, const struct step *before,
			      const struct step *before_now, const struct step *after)
{
	const struct steps steps = {before, before_now, after};
	struct elf_obj *objs[2];

	scene->at = 1 + (before->text ? 7 : before->bytes ? strlen(before->bytes) : 0);
	pair_make(objs, source, side_of_steps, &steps);
	pair_open(&scene->pair, objs[0], objs[1]);
	scene->lines = lines_new(&scene->pair.orig, &scene->pair.patched);
	lines_begin(scene->lines, 7);
}

static void open_scene(struct scene *scene, const char *source, const struct step *before, const struct step *after)
{
	open_scene_of_two(scene, source, before, before, after);
}

static void close_scene(struct scene *scene)
{
	lines_free(scene->lines);
	pair_close(&scene->pair);
}

static uint64_t skip_number(struct scene *scene)
{
	uint32_t sec = elf_obj_find_section_index(scene->pair.obj[0], ".text.f");
	struct line_cursor cursor = {.o_sec = sec, .p_sec = elf_obj_find_section_index(scene->pair.obj[1], ".text.f")};

	return lines_skip(scene->lines, &cursor, scene->at, scene->at);
}

static uint32_t guesses(const struct scene *scene)
{
	const struct line_guess *first;

	return lines_guesses(scene->lines, &first);
}

/* Is the number a line? by_guess: then one guess is told. */
static void expect_line(const char *source, const struct step before, const struct step after, bool line, bool by_guess)
{
	struct scene scene;
	uint64_t end;

	open_scene(&scene, source, &before, &after);
	end = skip_number(&scene);
	if (end != (line ? scene.at + 4 : 0))
		fail_msg("%s / %s / %s: %s", before.text ? before.text : "", after.bytes ? after.bytes : "",
			 after.call ? after.call : "", end ? "a line" : "no line");
	assert_int_equal(guesses(&scene), by_guess);
	close_scene(&scene);
}

#define TEN_NOPS "\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90"
#define NOTHING                                                                                                        \
	(struct step)                                                                                                  \
	{                                                                                                              \
		0                                                                                                      \
	}
#define CALL(name)                                                                                                     \
	(struct step)                                                                                                  \
	{                                                                                                              \
		.call = name                                                                                           \
	}
#define BYTES_CALL(text, name)                                                                                         \
	(struct step)                                                                                                  \
	{                                                                                                              \
		.bytes = text, .call = name                                                                            \
	}
#define TEXT(name)                                                                                                     \
	(struct step)                                                                                                  \
	{                                                                                                              \
		.text = name                                                                                           \
	}

static void test_argument_of_known_function(void **state)
{
	(void)state;
	expect_line("a.c", NOTHING, CALL("__might_sleep"), true, false);
	/* nop; xor %eax,%eax: what does not touch the register */
	expect_line("a.c", NOTHING, BYTES_CALL("\x90\x31\xc0", "__might_sleep"), true, false);
	/* Another function may do anything with it, and so may one of this object. */
	expect_line("a.c", NOTHING, CALL("printk"), false, false);
	expect_line("a.c", NOTHING, CALL("own_function"), false, false);
	/* It is that function's third argument. */
	expect_line("a.c", NOTHING, CALL("__invalid_creds"), false, false);
}

static void test_argument_that_goes_elsewhere(void **state)
{
	(void)state;
	/* mov %esi,%eax; add $1,%esi; je over a nop: read, changed, not surely there */
	expect_line("a.c", NOTHING, BYTES_CALL("\x89\xf0", "__might_sleep"), false, false);
	expect_line("a.c", NOTHING, BYTES_CALL("\x83\xc6\x01", "__might_sleep"), false, false);
	expect_line("a.c", NOTHING, BYTES_CALL("\x74\x01\x90", "__might_sleep"), false, false);
	/* Too far away */
	expect_line("a.c", NOTHING, BYTES_CALL(TEN_NOPS, "__might_sleep"), true, false);
	expect_line("a.c", NOTHING, BYTES_CALL(TEN_NOPS TEN_NOPS TEN_NOPS TEN_NOPS, "__might_sleep"), false, false);
	/* There is no call at all. */
	expect_line("a.c", NOTHING, NOTHING, false, false);
}

static void test_argument_behind_the_name_of_the_file(void **state)
{
	(void)state;
	expect_line("a.c", TEXT("fs/a.c"), CALL("printk"), true, true);
	expect_line("fs/a.c", TEXT("a.c"), CALL("printk"), true, true);
	/* Another file's, a name that only ends like it, a text that has more behind it */
	expect_line("a.c", TEXT("fs/b.c"), CALL("printk"), false, false);
	expect_line("a.c", TEXT("fs/data.c"), CALL("printk"), false, false);
	expect_line("a.c", TEXT("fs/a.c:"), CALL("printk"), false, false);
	/* Without the name of the source, it can be any C file. */
	expect_line(NULL, TEXT("fs/b.c"), CALL("printk"), true, true);
	expect_line(NULL, TEXT("fs/b.h"), CALL("printk"), false, false);
}

/* What it is on one side only it is not. */
static void test_behind_a_name_on_one_side(void **state)
{
	const struct step own = TEXT("a.c"), other = TEXT("b.c"), call = CALL("printk");
	struct scene scene;

	(void)state;
	for (int i = 0; i < 2; i++) {
		open_scene_of_two(&scene, "a.c", i ? &own : &other, i ? &other : &own, &call);
		assert_int_equal(skip_number(&scene), 0);
		assert_int_equal(guesses(&scene), 0);
		close_scene(&scene);
	}
}

static void test_exact_sides_have_no_lines(void **state)
{
	const struct step before = NOTHING, after = CALL("__might_sleep");
	struct scene scene;

	(void)state;
	open_scene(&scene, "a.c", &before, &after);
	lines_free(scene.lines);
	scene.pair.patched.exact = true;
	scene.lines = lines_new(&scene.pair.orig, &scene.pair.patched);
	assert_int_equal(skip_number(&scene), 0);
	assert_true(lines_same_text(scene.lines, NULL, "a.c:1", "a.c:1"));
	assert_false(lines_same_text(scene.lines, NULL, "a.c:1", "a.c:2"));
	close_scene(&scene);
}

/* Only the number of the instruction counts, whatever bytes before it look alike. */
static void test_bytes_that_are_no_number(void **state)
{
	const struct step before = NOTHING, after = CALL("__might_sleep");
	struct line_cursor cursor = {0};
	struct scene scene;

	(void)state;
	open_scene(&scene, "a.c", &before, &after);
	cursor.o_sec = elf_obj_find_section_index(scene.pair.obj[0], ".text.f");
	cursor.p_sec = elf_obj_find_section_index(scene.pair.obj[1], ".text.f");
	/* The opcode, and bytes of the call behind it */
	assert_int_equal(lines_skip(scene.lines, &cursor, 0, 0), 0);
	assert_int_equal(lines_skip(scene.lines, &cursor, 6, 6), 0);
	/* From there on, it does not go back; and it is not found where the two are not at one place. */
	cursor.o_at = cursor.p_at = 0;
	assert_int_equal(lines_skip(scene.lines, &cursor, 1, 2), 0);
	assert_int_equal(lines_skip(scene.lines, &cursor, 1, 1), 5);
	assert_int_equal(lines_skip(scene.lines, &cursor, 4, 4), 5);
	close_scene(&scene);
}

static void test_texts(void **state)
{
	static const struct {
		const char *orig, *patched;
		bool same;
		uint32_t guesses;
	} rows[] = {
		{"fs/a.c:10", "fs/a.c:13", true, 1},
		{"a.c:10", "a.c:9", true, 1},
		{"at a.c:10 and fs/a.c:99!", "at a.c:13 and fs/a.c:102!", true, 2},
		{"a.c:10 a.c:10", "a.c:13 a.c:13", true, 1},
		{"a.c:10", "a.c:10", true, 0},
		/* Another file, or a name that only ends like it */
		{"b.c:10", "b.c:13", false, 0},
		{"data.c:10", "data.c:13", false, 0},
		{"a.c 10", "a.c 13", false, 0},
		{"10", "13", false, 0},
		/* What is no line as the preprocessor writes it */
		{"a.c:010", "a.c:013", false, 0},
		{"a.c:10", "a.c:1234567890", false, 0},
		/* Something else differs, too: the guess is made, and of no use. */
		{"a.c:10 x", "a.c:13 y", false, 1},
		{"a.c:10", "a.c:13 ", false, 1},
		{"a.c:", "a.c:13", false, 0},
		{"", "a", false, 0},
	};
	const struct step nothing = NOTHING;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		open_scene(&scene, "a.c", &nothing, &nothing);
		if (lines_same_text(scene.lines, NULL, rows[i].orig, rows[i].patched) != rows[i].same)
			fail_msg("'%s' and '%s' are %sthe same", rows[i].orig, rows[i].patched,
				 rows[i].same ? "not " : "");
		assert_int_equal(guesses(&scene), rows[i].guesses);
		close_scene(&scene);
	}
}

static void test_guesses_have_owners(void **state)
{
	const struct step nothing = NOTHING;
	const struct line_guess *first;
	struct scene scene;

	(void)state;
	open_scene(&scene, "a.c", &nothing, &nothing);
	assert_true(lines_same_text(scene.lines, NULL, "a.c:10", "a.c:13"));
	assert_true(lines_same_text(scene.lines, NULL, "a.c:10", "a.c:13"));
	lines_begin(scene.lines, 9);
	assert_true(lines_same_text(scene.lines, NULL, "a.c:10", "a.c:13"));
	assert_int_equal(lines_guesses(scene.lines, &first), 2);
	assert_int_equal(first[0].owner, 7);
	assert_int_equal(first[1].owner, 9);
	assert_int_equal(first[0].orig, 10);
	assert_int_equal(first[0].patched, 13);
	lines_warn(scene.lines, &first[0], "f", &scene.pair.diag);
	assert_non_null(strstr(pair_messages(&scene.pair), ": f: warning: 13 after the name of a.c was 10: "));
	assert_non_null(strstr(pair_messages(&scene.pair), "[line-guessed]"));
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_argument_of_known_function),
		cmocka_unit_test(test_argument_that_goes_elsewhere),
		cmocka_unit_test(test_argument_behind_the_name_of_the_file),
		cmocka_unit_test(test_behind_a_name_on_one_side),
		cmocka_unit_test(test_exact_sides_have_no_lines),
		cmocka_unit_test(test_bytes_that_are_no_number),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_guesses_have_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
