// SPDX-License-Identifier: GPL-2.0-only
/* Reader of placement files. */
#include "place/placement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/input.h"
#include "util/vec.h"

#define VERSION    "1"
#define MAX_FIELDS 8

static uint32_t split(char *line, char **fields)
{
	uint32_t n = 0;

	for (char *rest = line; rest && n < MAX_FIELDS; n++)
		fields[n] = strsep(&rest, "\t");
	return n;
}

static bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return *text && !*end && !errno;
}

static bool parse_symbol(struct arena *arena, char **fields, uint32_t n, struct placement_record *record)
{
	uint64_t size, sympos;

	/* symbol <name> <def|undef> <kind> <size> <address> <name in target> <sympos> */
	if (n != 8 || !parse_number(fields[4], &size) || !parse_number(fields[7], &sympos))
		return false;
	*record = (struct placement_record){
		.name = arena_strdup(arena, fields[1]),
		.type = arena_strdup(arena, fields[3]),
		.address = arena_strdup(arena, fields[5]),
		.target_name = strcmp(fields[6], "-") ? arena_strdup(arena, fields[6]) : NULL,
		.size = size,
		.sympos = (uint32_t)sympos,
		.defined = !strcmp(fields[2], "def"),
	};
	return record->defined || !strcmp(fields[2], "undef");
}

int placement_read(const char *path, struct placement **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct placement *placement = arena_alloc(arena, sizeof(*placement));
	VEC(struct placement_record) records = {0};
	bool has_version = false, has_base = false;
	struct input input;
	char *line;
	int err = input_open(&input, path, diag);

	placement->arena = arena;
	if (err) {
		arena_free(arena);
		return err;
	}
	while (!err && (line = input_line(&input))) {
		char *fields[MAX_FIELDS];
		uint32_t n = split(line, fields);

		if (!n || !*fields[0] || *fields[0] == '#')
			continue;
		if (!strcmp(fields[0], "klp-placement") && n == 2) {
			has_version = !strcmp(fields[1], VERSION);
		} else if (!strcmp(fields[0], "object") && n == 2) {
			placement->object = arena_strdup(arena, fields[1]);
		} else if (!strcmp(fields[0], "base") && n == 2) {
			placement->base_is_same = !strcmp(fields[1], "same");
			has_base = placement->base_is_same || !strcmp(fields[1], "differs");
		} else if (!strcmp(fields[0], "symbol")) {
			if (!parse_symbol(arena, fields, n, vec_push(&records)))
				err = diag_error(diag, path, input_place(&input), "not a symbol record");
		} else if (strcmp(fields[0], "matched")) {
			err = diag_error(diag, path, input_place(&input), "unknown record '%s'", fields[0]);
		}
	}
	err = input_close(&input, err, diag);
	if (!err && (!has_version || !placement->object || !has_base))
		err = diag_error(diag, path, NULL, "not a placement of version " VERSION);
	if (!err) {
		placement->n = records.n;
		placement->records = arena_memdup(arena, records.v, records.n * sizeof(*records.v));
		for (uint32_t i = 0; i < placement->n; i++)
			strmap_add(placement->records[i].defined ? &placement->defined : &placement->undefined,
				   placement->records[i].name, i);
		*result = placement;
	} else {
		placement_free(placement);
	}
	vec_free(&records);
	return err;
}

void placement_free(struct placement *placement)
{
	if (!placement)
		return;
	strmap_free(&placement->defined);
	strmap_free(&placement->undefined);
	arena_free(placement->arena);
}

const struct placement_record *placement_find(const struct placement *placement, const char *name, bool defined)
{
	uint32_t i = strmap_get(defined ? &placement->defined : &placement->undefined, name);

	return i == STRMAP_NONE ? NULL : &placement->records[i];
}
