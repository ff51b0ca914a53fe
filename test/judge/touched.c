// SPDX-License-Identifier: GPL-2.0
/*
 * Debug information tells where a function begins, not where it ends. It ends at the last line that has code before the
 * next one begins (DWARF 5, 6.2: the line number table; also lines of a function that is only inlined are in it).
 */
#include "touched.h"
#include "object.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t n, size_t size)
{
	/* Powers of two */
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array)
		give_up("out of memory");
	return array;
}

/*
 * ---- the patch
 * --------------------------------------------------------------------------------------------------------------------
 */

static bool is_empty_line(const char *text)
{
	text += strspn(text, " \t\r\n");
	return !*text || *text == '*' || !strncmp(text, "/*", 2) || !strncmp(text, "//", 2);
}

static struct change *change_add(struct touched *touched, const char *file, unsigned int line)
{
	struct change *change;

	touched->changes = grow(touched->changes, touched->n_changes, sizeof(*change));
	change = &touched->changes[touched->n_changes++];
	/* Until a line is taken away: between the one before and this one */
	*change = (struct change){
		.file = strdup(file), .from = line - 1, .to = line, .is_insertion = true, .is_empty = true};
	return change;
}

static void change_take(struct change *change, unsigned int line)
{
	if (change->is_insertion)
		change->from = line;
	change->to = line;
	change->is_insertion = false;
}

void touched_read(struct touched *touched, const char *patch)
{
	FILE *in = fopen(patch, "r");
	char *line = NULL, file[4096] = "";
	unsigned int at = 0, left = 0, right = 0;
	struct change *change = NULL;
	size_t room = 0;

	if (!in)
		give_up("%s can't be read", patch);
	while (getline(&line, &room, in) > 0) {
		unsigned int from, count = 1, new_count = 1;

		if (left || right) {
			if (*line == '\\')
				continue;
			if (*line == '-' || *line == '+') {
				if (!change)
					change = change_add(touched, file, at);
				change->is_empty &= is_empty_line(line + 1);
			} else {
				change = NULL;
			}
			if (*line == '-')
				change_take(change, at);
			if (*line != '+') {
				at++;
				left -= left != 0;
			}
			if (*line != '-')
				right -= right != 0;
			continue;
		}
		change = NULL;
		if (sscanf(line, "--- %4095[^\t\n]", file) == 1) {
			char *slash = strchr(file, '/');

			memmove(file, slash ? slash + 1 : file, strlen(slash ? slash + 1 : file) + 1);
		} else if (!strncmp(line, "@@ ", 3)) {
			if (sscanf(line, "@@ -%u,%u", &from, &count) < 1)
				give_up("%s: what is %s", patch, line);
			if (strchr(line, '+'))
				sscanf(strchr(line, '+'), "+%*u,%u", &new_count);
			left = count;
			right = new_count;
			/* An empty side names the line before. */
			at = count ? from : from + 1;
		}
	}
	free(line);
	fclose(in);
}

/* path of the debug information against the patch's, relative to the top of the source */
static bool is_file(const char *path, const char *file)
{
	size_t n = strlen(path), m = strlen(file);

	return n >= m && !strcmp(path + n - m, file) && (n == m || path[n - m - 1] == '/');
}

static bool is_changed_file(const struct touched *touched, const char *path)
{
	for (size_t i = 0; i < touched->n_changes; i++)
		if (is_file(path, touched->changes[i].file))
			return true;
	return false;
}

bool touched_elsewhere(const struct touched *touched)
{
	for (size_t i = 0; i < touched->n_changes; i++)
		if (!touched->changes[i].found && !touched->changes[i].is_empty)
			return true;
	return false;
}

/*
 * ---- debug information
 * ------------------------------------------------------------------------------------------------------------
 */

struct reading {
	struct touched *touched;
	struct source *sources;
	size_t n_sources;
};

static struct source *source_get(struct reading *reading, Dwarf_Die *die)
{
	const char *file = dwarf_decl_file(die), *name = dwarf_diename(die);
	struct source *source;
	int line;

	if (!file || !name || dwarf_decl_line(die, &line) || !is_changed_file(reading->touched, file))
		return NULL;
	for (size_t i = 0; i < reading->n_sources; i++) {
		source = &reading->sources[i];
		if (source->line == (unsigned int)line && !strcmp(source->name, name) && !strcmp(source->file, file))
			return source;
	}
	reading->sources = grow(reading->sources, reading->n_sources, sizeof(*source));
	source = &reading->sources[reading->n_sources++];
	*source = (struct source){.file = strdup(file), .name = strdup(name), .line = line, .end = line};
	return source;
}

static void container_add(struct source *source, const char *name)
{
	for (size_t i = 0; i < source->n_containers; i++)
		if (!strcmp(source->containers[i], name))
			return;
	source->containers = grow(source->containers, source->n_containers, sizeof(*source->containers));
	source->containers[source->n_containers++] = strdup(name);
}

/* (dwarf_diename(), dwarf_decl_line() and dwarf_decl_file() follow DW_AT_abstract_origin.) */
static void read_dies(struct reading *reading, Dwarf_Die *parent, const char *function)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return;
	do {
		int tag = dwarf_tag(&die);
		const char *inside = function;

		if (tag == DW_TAG_subprogram && !dwarf_hasattr(&die, DW_AT_declaration)) {
			bool has_code = dwarf_hasattr(&die, DW_AT_low_pc) || dwarf_hasattr(&die, DW_AT_ranges);
			struct source *source = source_get(reading, &die);

			inside = has_code ? dwarf_diename(&die) : NULL;
			if (source && inside)
				container_add(source, inside);
		} else if (tag == DW_TAG_inlined_subroutine && function) {
			struct source *source = source_get(reading, &die);

			if (source)
				container_add(source, function);
		}
		if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
			read_dies(reading, &die, inside);
	} while (!dwarf_siblingof(&die, &die));
}

static void read_lines(struct reading *reading, Dwarf_Die *unit)
{
	Dwarf_Lines *lines;
	size_t n;

	if (dwarf_getsrclines(unit, &lines, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		Dwarf_Line *row = dwarf_onesrcline(lines, i);
		const char *file = dwarf_linesrc(row, NULL, NULL);
		struct source *last = NULL;
		int number;

		if (!file || dwarf_lineno(row, &number) || !is_changed_file(reading->touched, file))
			continue;
		for (size_t k = 0; k < reading->n_sources; k++) {
			struct source *source = &reading->sources[k];

			if (source->line <= (unsigned int)number && !strcmp(source->file, file) &&
			    (!last || source->line > last->line))
				last = source;
		}
		/* A macro like SYSCALL_DEFINE3() makes several on one line. */
		for (size_t k = 0; last && k < reading->n_sources; k++) {
			struct source *source = &reading->sources[k];

			if (source->line == last->line && !strcmp(source->file, file) &&
			    source->end < (unsigned int)number)
				source->end = number;
		}
	}
}

static bool is_in(const struct change *change, const struct source *source)
{
	if (!is_file(source->file, change->file))
		return false;
	if (change->is_insertion)
		return source->line <= change->from && change->to <= source->end;
	return source->line <= change->to && change->from <= source->end;
}

struct source *touched_sources(struct touched *touched, const char *object, size_t *n)
{
	static const Dwfl_Callbacks callbacks = {.find_debuginfo = dwfl_standard_find_debuginfo,
						 .section_address = dwfl_offline_section_address};
	struct reading reading = {.touched = touched};
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl || !dwfl_report_offline(dwfl, object, object, -1) || dwfl_report_end(dwfl, NULL, NULL))
		give_up("%s: %s", object, dwfl_errmsg(-1));
	while ((unit = dwfl_nextcu(dwfl, unit, &bias))) {
		read_dies(&reading, unit, NULL);
		read_lines(&reading, unit);
	}
	dwfl_end(dwfl);
	for (size_t i = 0; i < reading.n_sources; i++) {
		for (size_t k = 0; k < touched->n_changes; k++) {
			if (!is_in(&touched->changes[k], &reading.sources[i]))
				continue;
			touched->changes[k].found = true;
			reading.sources[i].touched |= !touched->changes[k].is_empty;
		}
	}
	*n = reading.n_sources;
	return reading.sources;
}
