// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name is looked up in the original first: what it has is touched where its definition is. What only the patch has
 * stands in lines that a hunk added.
 */
#include "diff/origin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/decls.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/input.h"
#include "util/memory.h"
#include "util/vec.h"

#define FIELDS 6

struct row {
	const char *file, *hunk; /* owned by the arena */
	int first, last;         /* in the original; none if first > last */
	int first_new, last_new; /* in the patched file */
};

struct origin {
	struct arena *arena;
	const struct elf_obj *objs[2]; /* original and patched; not owned */
	struct decls *decls[2];
	bool opened;
	VEC(struct row) rows;
};

static bool parse_line(const char *text, int *line)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	*line = (int)value;
	return *text && !*end && !errno && value >= 0 && value == *line;
}

static bool parse_row(struct arena *arena, char *text, struct row *row)
{
	char *fields[FIELDS], *rest = text;
	unsigned int n = 0;

	for (; rest && n < FIELDS; n++)
		fields[n] = strsep(&rest, "\t");
	if (n < FIELDS || rest || !*fields[0])
		return false;
	row->file = arena_strdup(arena, fields[0]);
	row->hunk = arena_strdup(arena, fields[1]);
	return parse_line(fields[2], &row->first) && parse_line(fields[3], &row->last) &&
	       parse_line(fields[4], &row->first_new) && parse_line(fields[5], &row->last_new);
}

static int read_rows(struct origin *origin, const char *path, struct diag *diag)
{
	struct input input;
	char *line;
	int err = input_open(&input, path, diag);

	if (err)
		return err;
	while (!err && (line = input_line(&input)))
		if (!parse_row(origin->arena, line, vec_push(&origin->rows)))
			err = diag_error(diag, path, input_place(&input),
					 "not a row of a table of hunks (see --hunks)");
	return input_close(&input, err, diag);
}

int origin_read(const char *table, const struct elf_obj *orig, const struct elf_obj *patched, struct origin **result,
		struct diag *diag)
{
	struct origin *origin = calloc(1, sizeof(*origin));

	if (!origin)
		memory_exhausted();
	origin->arena = arena_new();
	origin->objs[0] = orig;
	origin->objs[1] = patched;
	*result = origin;
	return read_rows(origin, table, diag);
}

void origin_free(struct origin *origin)
{
	if (!origin)
		return;
	decls_free(origin->decls[0]);
	decls_free(origin->decls[1]);
	vec_free(&origin->rows);
	arena_free(origin->arena);
	free(origin);
}

/* Is path, as the compiler has it, the file of that name below the source? */
static bool is_file(const char *path, const char *file)
{
	size_t n = strlen(path), len = strlen(file);

	return n >= len && !strcmp(path + n - len, file) && (n == len || path[n - len - 1] == '/');
}

static bool is_touched(const struct row *row, const struct decl *decl, bool is_new)
{
	int first = is_new ? row->first_new : row->first, last = is_new ? row->last_new : row->last;

	return decl->line >= first && decl->line <= last && is_file(decl->file, row->file);
}

static uint32_t find(struct origin *origin, const char *name, const struct decl **first, bool *is_new)
{
	uint32_t n;

	if (!origin->opened) {
		origin->opened = true;
		for (int i = 0; i < 2; i++)
			origin->decls[i] = decls_new(debug_of(origin->objs[i]));
	}
	name = source_name_copy(origin->arena, name);
	*is_new = false;
	n = decls_find(origin->decls[0], name, first);
	if (n)
		return n;
	*is_new = true;
	return decls_find(origin->decls[1], name, first);
}

enum origin_kind origin_of(struct origin *origin, const char *name)
{
	const struct decl *decls;
	bool is_new;
	uint32_t n = origin && name ? find(origin, name, &decls, &is_new) : 0;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t row = 0; row < origin->rows.n; row++)
			if (is_touched(&origin->rows.v[row], &decls[i], is_new))
				return ORIGIN_HUNK;
	return n ? ORIGIN_ELSEWHERE : ORIGIN_UNKNOWN;
}

static bool is_same_hunk(const struct row *a, const struct row *b)
{
	return !strcmp(a->file, b->file) && !strcmp(a->hunk, b->hunk);
}

void origin_find_hunks(void *arg, const char *place, diag_tell_hunk *tell, void *tell_arg)
{
	struct origin *origin = arg;
	const struct row *told = NULL;
	const struct decl *decls;
	bool is_new;
	uint32_t n = find(origin, place, &decls, &is_new);

	/* (Rows of one hunk follow each other.) */
	for (uint32_t row = 0; row < origin->rows.n; row++) {
		const struct row *at = &origin->rows.v[row];
		bool touched = false;

		for (uint32_t i = 0; i < n && !touched; i++)
			touched = is_touched(at, &decls[i], is_new);
		if (!touched || (told && is_same_hunk(told, at)))
			continue;
		tell(tell_arg, at->file, at->hunk);
		told = at;
	}
}
