// SPDX-License-Identifier: GPL-2.0-only
/*
 * kallsyms in each layout that kernels 5.10 to 7.3 have, written here as scripts/kallsyms.c of that version does:
 * the same names and addresses must come out of all of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "target/kallsyms.h"
#include "util/diag.h"

#define BASE   0xffffffff81000000ull
#define RODATA 0xffffffff82000000ull
#define NSYMS  1000

enum order { ORDER_OLD, ORDER_6_2, ORDER_6_4, ORDER_7_3 };

struct layout {
	const char *name;
	enum order order;
	bool absolute; /* no CONFIG_KALLSYMS_BASE_RELATIVE */
	bool percpu;   /* CONFIG_KALLSYMS_ABSOLUTE_PERCPU */
	bool long_name;
};

struct blob {
	uint8_t data[8 << 20];
	size_t size;
};

static void put(struct blob *blob, const void *data, size_t size)
{
	assert_true(blob->size + size <= sizeof(blob->data));
	memcpy(blob->data + blob->size, data, size);
	blob->size += size;
}

static void put_number(struct blob *blob, uint64_t value, size_t size)
{
	put(blob, &value, size);
}

/* Between the tables. */
static size_t alignment = 8;

static void align(struct blob *blob)
{
	while (blob->size % alignment)
		put_number(blob, 0, 1);
}

/* Symbol i: its letter and name. */
static void name_of(const struct layout *layout, int i, char *name)
{
	if (i == NSYMS / 2 && layout->long_name) {
		/* 300 bytes packed (no token shortens it): needs two bytes of length. */
		memset(name, 'x', 301);
		name[0] = 't';
		name[301] = 0;
	} else {
		sprintf(name, "%csym_%d", i % 3 ? 't' : 'D', i);
	}
}

static uint64_t address_of(const struct layout *layout, int i)
{
	if (layout->percpu && i < 10)
		return (uint64_t)i * 64;
	return BASE + (uint64_t)i * 16;
}

/* Tokens: each character for itself, and 1 to 31 for words, of which one is used. */
static const char *token(int i, char *buffer)
{
	if (i == 1)
		return "sym_";
	if (i < 33 || i > 126)
		sprintf(buffer, "q%d", i);
	else
		sprintf(buffer, "%c", i);
	return buffer;
}

static void put_offsets(struct blob *blob, const struct layout *layout)
{
	align(blob);
	for (int i = 0; i < NSYMS; i++) {
		uint64_t addr = address_of(layout, i);

		if (layout->absolute)
			put_number(blob, addr, 8);
		else if (!layout->percpu)
			put_number(blob, addr - BASE, 4);
		else if (i < 10)
			put_number(blob, addr, 4);
		else
			put_number(blob, BASE - addr - 1, 4);
	}
	align(blob);
	if (!layout->absolute)
		put_number(blob, BASE, 8);
}

/* Each offset counts from its own place. */
static void put_places(struct blob *blob, const struct layout *layout)
{
	align(blob);
	for (int i = 0; i < NSYMS; i++)
		put_number(blob, address_of(layout, i) - (RODATA + blob->size), 4);
}

static void put_names(struct blob *blob, const struct layout *layout)
{
	uint32_t markers[NSYMS / 256 + 1], nmarkers = 0;
	size_t start;

	align(blob);
	put_number(blob, NSYMS, 4);
	align(blob);
	start = blob->size;
	for (int i = 0; i < NSYMS; i++) {
		char name[512], *rest, packed[512];
		size_t len = 0;

		name_of(layout, i, name);
		for (rest = name; *rest; rest++) {
			bool is_word = !strncmp(rest, "sym_", 4);

			packed[len++] = is_word ? 1 : *rest;
			rest += is_word ? 3 : 0;
		}
		if (i % 256 == 0)
			markers[nmarkers++] = (uint32_t)(blob->size - start);
		if (len > 0x7f)
			put_number(blob, (len & 0x7f) | 0x80 | (len >> 7) << 8, 2);
		else
			put_number(blob, len, 1);
		put(blob, packed, len);
	}
	align(blob);
	put(blob, markers, nmarkers * 4);
}

static void put_tokens(struct blob *blob)
{
	uint16_t index[256];
	size_t start;

	align(blob);
	start = blob->size;
	for (int i = 0; i < 256; i++) {
		char buffer[16];
		const char *text = token(i, buffer);

		index[i] = (uint16_t)(blob->size - start);
		put(blob, text, strlen(text) + 1);
	}
	align(blob);
	put(blob, index, sizeof(index));
}

static void put_seqs(struct blob *blob)
{
	align(blob);
	for (int i = 0; i < NSYMS; i++) {
		uint8_t seq[3] = {0, (uint8_t)(i >> 8), (uint8_t)i};

		put(blob, seq, sizeof(seq));
	}
}

static void make(struct blob *blob, const struct layout *layout)
{
	blob->size = 0;
	alignment = layout->order == ORDER_7_3 ? 4 : 8;
	/* Things that look like a beginning: the digits of another table, and a small number. */
	put(blob, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	align(blob);
	put_number(blob, 500, 8);
	put_number(blob, 0x0174017401740174ull, 8);
	switch (layout->order) {
	case ORDER_OLD:
	case ORDER_6_2:
		put_offsets(blob, layout);
		put_names(blob, layout);
		if (layout->order == ORDER_6_2)
			put_seqs(blob);
		put_tokens(blob);
		break;
	case ORDER_6_4:
		put_names(blob, layout);
		put_tokens(blob);
		put_offsets(blob, layout);
		put_seqs(blob);
		break;
	case ORDER_7_3:
		put_names(blob, layout);
		put_tokens(blob);
		put_places(blob, layout);
		put_seqs(blob);
		break;
	}
	align(blob);
	put(blob, "the rest of .rodata", 20);
}

static int extract(struct blob *blob, char **text, size_t *size, struct diag *diag)
{
	struct elf_sec secs[2] = {
		{.name = ""},
		{.name = ".rodata",
		 .data = blob->data,
		 .size = blob->size,
		 .addr = RODATA,
		 .flags = SHF_ALLOC,
		 .type = SHT_PROGBITS,
		 .align = 4096},
	};
	struct elf_obj image = {.path = "image", .arch = &arch_x86_64, .secs = secs, .nsecs = 2, .type = ET_EXEC};

	return kallsyms_extract(&image, text, size, diag);
}

static struct blob blob;

static void test_layouts(void **state)
{
	static const struct layout layouts[] = {
		{"5.10", ORDER_OLD, false, true, false},
		{"5.10, absolute", ORDER_OLD, true, false, false},
		{"5.10, no SMP", ORDER_OLD, false, false, false},
		{"6.1", ORDER_OLD, false, true, true},
		{"6.2", ORDER_6_2, false, true, true},
		{"6.2, absolute", ORDER_6_2, true, false, true},
		{"6.4", ORDER_6_4, false, true, true},
		{"6.12, no SMP", ORDER_6_4, false, false, true},
		{"7.3", ORDER_7_3, false, false, true},
	};

	(void)state;
	for (size_t l = 0; l < sizeof(layouts) / sizeof(layouts[0]); l++) {
		struct diag diag = {.out = stderr};
		char *text, *line;
		size_t size;

		make(&blob, &layouts[l]);
		if (extract(&blob, &text, &size, &diag))
			fail_msg("%s: not found", layouts[l].name);
		line = text;
		for (int i = 0; i < NSYMS; i++) {
			char name[512], want[600];
			char *end = strchr(line, '\n');

			assert_non_null(end);
			*end = 0;
			name_of(&layouts[l], i, name);
			snprintf(want, sizeof(want), "%016llx %c %s", (unsigned long long)address_of(&layouts[l], i),
				 name[0], name + 1);
			assert_string_equal(line, want);
			line = end + 1;
		}
		assert_int_equal(*line, 0);
		free(text);
	}
}

/* One wrong number anywhere, and it is not kallsyms. */
static void test_damaged(void **state)
{
	const struct layout layout = {"6.4", ORDER_6_4, false, true, true};
	struct diag diag = {0};
	uint32_t marker = 0;
	char *text;
	size_t size, at = 0;

	(void)state;
	make(&blob, &layout);
	/* The second marker: the first number behind the names, which end with the last symbol's digits. */
	for (size_t i = 0; i + 8 < blob.size && !marker; i += 8) {
		uint32_t pair[2];

		memcpy(pair, blob.data + i, 8);
		if (!pair[0] && pair[1] > 256 && pair[1] < 256 * 16) {
			marker = pair[1];
			at = i + 4;
		}
	}
	assert_int_not_equal(marker, 0);
	blob.data[at]++;
	assert_int_not_equal(extract(&blob, &text, &size, &diag), 0);
	assert_int_equal(diag.errors, 1);
	blob.data[at]--;
	assert_int_equal(extract(&blob, &text, &size, &diag), 0);
	free(text);
}

/*
 * Without relative_base, offsets from it are not taken for ones from their places; nor is what has no order of the
 * names behind it.
 */
static void test_no_base(void **state)
{
	const struct layout layouts[] = {{"6.12, no SMP", ORDER_6_4, false, false, true},
					 {"6.4", ORDER_6_4, false, true, true},
					 {"7.3", ORDER_7_3, false, false, true}};
	const uint64_t base = BASE;
	struct diag diag = {0};
	char *text;
	size_t size;

	(void)state;
	for (size_t l = 0; l < 3; l++) {
		uint8_t *at;

		make(&blob, &layouts[l]);
		if (layouts[l].order == ORDER_7_3) {
			at = blob.data + blob.size - 40;
			memset(at, 0xff, 3);
		} else {
			at = memmem(blob.data, blob.size, &base, sizeof(base));
			assert_non_null(at);
			memset(at, 0, sizeof(base));
		}
		assert_int_not_equal(extract(&blob, &text, &size, &diag), 0);
	}
}

static void test_cut(void **state)
{
	const struct layout layout = {"6.1", ORDER_OLD, false, true, true};
	struct diag diag = {0};

	(void)state;
	make(&blob, &layout);
	/* No byte outside of the section is looked at, wherever it ends (the sanitizers watch). */
	for (size_t size = 0; size + 40 < blob.size; size += 97) {
		struct blob *cut = malloc(sizeof(*cut));
		char *text;
		size_t n;

		assert_non_null(cut);
		memcpy(cut->data, blob.data, size);
		cut->size = size;
		assert_int_not_equal(extract(cut, &text, &n, &diag), 0);
		free(cut);
	}
}

/*
 * A million places that look like a count and its names, each for 87,000 names until it fails. Reading on from each
 * would take minutes of processor time; the timer ends the test then.
 */
static void test_many_beginnings(void **state)
{
	/* As a count: 0x15407. As names: one of 7 bytes that begins with a 'T', and so on. */
	static const uint8_t unit[8] = {7, 'T', 1};
	const struct itimerval limit = {.it_value.tv_sec = 20}, none = {0};
	struct diag diag = {0};
	char *text;
	size_t size;

	(void)state;
	blob.size = 0;
	while (blob.size < sizeof(blob.data) - 65536)
		put(&blob, unit, sizeof(unit));
	put_tokens(&blob);
	setitimer(ITIMER_PROF, &limit, NULL);
	assert_int_not_equal(extract(&blob, &text, &size, &diag), 0);
	setitimer(ITIMER_PROF, &none, NULL);
	assert_int_equal(diag.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts), cmocka_unit_test(test_damaged),         cmocka_unit_test(test_no_base),
		cmocka_unit_test(test_cut),     cmocka_unit_test(test_many_beginnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
