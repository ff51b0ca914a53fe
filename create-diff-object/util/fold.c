// SPDX-License-Identifier: GPL-2.0-only
/*
 * The width is that of the environment (COLUMNS), or 80. A line is cut at the last blank that fits, as often as it has
 * to be.
 */
#include "util/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

#define DEFAULT_WIDTH 80
#define INDENT        4
/* Meanings of options begin before this column. */
#define LAST_COLUMN   32
/* From this column on, a line has only a meaning: that of the line above. */
#define LONE_MEANING  16

static size_t width_of_lines(void)
{
	const char *columns = getenv("COLUMNS");
	char *end = NULL;
	long width = columns ? strtol(columns, &end, 10) : 0;

	return width > 0 && !*end ? (size_t)width : DEFAULT_WIDTH;
}

/* The bytes of a UTF-8 character are one column. */
static bool is_column(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* How long "@@ -10,7 +10,8 @@" is if a line goes on with it, else 0. */
static size_t hunk_length(const char *text, size_t len)
{
	const char *end = len > 4 && !memcmp(text, "@@ -", 4) ? memmem(text + 4, len - 4, " @@", 3) : NULL;

	return end ? (size_t)(end + 3 - text) : 0;
}

/*
 * Where to cut: at the last blank with at most `width` columns before it, else at the first one; at len if the rest
 * fits.
 */
static size_t find_cut(const char *text, size_t len, size_t width)
{
	size_t columns = 0, cut = len, at = 0;
	bool word = false;

	while (at < len) {
		size_t skip = hunk_length(text + at, len - at);

		if (text[at] == ' ' && word && text[at - 1] != ' ' && (cut == len || columns <= width))
			cut = at;
		word = word || text[at] != ' ';
		if (!skip)
			skip = 1;
		for (; skip; skip--)
			columns += is_column(text[at++]);
		if (columns > width && cut != len)
			return cut;
	}
	return columns > width ? cut : len;
}

/* Where a line goes on: below the meaning, if it has two columns, which several blanks part. */
static size_t indent_of(const char *text, size_t len)
{
	size_t first = 0, at;

	while (first < len && text[first] == ' ')
		first++;
	for (at = first + 2; first && at < len && at <= LAST_COLUMN; at++)
		if (text[at] != ' ' && text[at - 1] == ' ' && text[at - 2] == ' ')
			return at;
	return first < LONE_MEANING ? first + INDENT : first;
}

static void put_line(FILE *out, const char *text, size_t len, size_t width)
{
	size_t indent = indent_of(text, len), room = width, cut;

	while ((cut = find_cut(text, len, room)) < len) {
		fprintf(out, "%.*s\n%*s", (int)cut, text, (int)indent, "");
		while (cut < len && text[cut] == ' ')
			cut++;
		text += cut;
		len -= cut;
		room = width > indent ? width - indent : 1;
	}
	fwrite(text, 1, len, out);
	fputc('\n', out);
}

void fold_put(FILE *out, const char *text)
{
	size_t width = width_of_lines();

	for (;;) {
		size_t len = strcspn(text, "\n");

		put_line(out, text, len, width);
		text += len;
		if (!*text || !*++text)
			return;
	}
}

void fold_printf(FILE *out, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		memory_exhausted();
	fold_put(out, text);
	free(text);
}
