// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module.symvers has one line per export, with tabs between the fields:
 *   0x3c1b3b4c	tcp_sendmsg	vmlinux	EXPORT_SYMBOL	[namespace]
 * Kernels before 5.4 have no namespace, and it is often empty since. Linux 5.4 and 5.5 wrote it before the owner, until
 * their commit 5190044c2965: the word EXPORT_... tells.
 */
#include "target/symvers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "kernel/module.h"
#include "util/diag.h"
#include "util/input.h"
#include "util/vec.h"

enum { FIELD_CRC, FIELD_NAME, FIELD_OWNER, FIELD_TYPE, FIELD_NAMESPACE, NFIELDS };

static const char *module_name(struct arena *arena, const char *owner)
{
	char *name = arena_strdup(arena, owner);

	module_name_from_path(name);
	return name;
}

static bool is_export_word(const char *word)
{
	return module_export_word_is_valid(word) || module_export_word_is_unknown(word);
}

/* Returns 1 for an entry, 0 for one that is not wanted, -EINVAL for what is no entry. */
static int parse_line(struct symvers *symvers, char *line, name_wanted *wanted, const void *arg,
		      struct symvers_entry *entry)
{
	char *fields[NFIELDS] = {0}, *end;
	unsigned long crc;
	int n = 0;

	for (char *rest = line; n < NFIELDS && rest;)
		fields[n++] = strsep(&rest, "\t");
	if (n == NFIELDS && !is_export_word(fields[FIELD_TYPE]) && is_export_word(fields[FIELD_NAMESPACE])) {
		char *ns = fields[FIELD_OWNER];

		fields[FIELD_OWNER] = fields[FIELD_TYPE];
		fields[FIELD_TYPE] = fields[FIELD_NAMESPACE];
		fields[FIELD_NAMESPACE] = ns;
	}
	if (n <= FIELD_TYPE || !*fields[FIELD_NAME] || !*fields[FIELD_OWNER])
		return -EINVAL;
	errno = 0;
	crc = strtoul(fields[FIELD_CRC], &end, 16);
	if (errno || *end || end == fields[FIELD_CRC] || crc > UINT32_MAX)
		return -EINVAL;
	if (!is_export_word(fields[FIELD_TYPE]))
		return -EINVAL;
	if (module_export_word_is_unknown(fields[FIELD_TYPE]) || (wanted && !wanted(arg, fields[FIELD_NAME])))
		return 0;
	*entry = (struct symvers_entry){
		.name = arena_strdup(symvers->arena, fields[FIELD_NAME]),
		.owner = arena_strdup(symvers->arena, fields[FIELD_OWNER]),
		.module = module_name(symvers->arena, fields[FIELD_OWNER]),
		.ns = fields[FIELD_NAMESPACE] ? arena_strdup(symvers->arena, fields[FIELD_NAMESPACE]) : "",
		.crc = (uint32_t)crc,
		.gpl_only = module_export_word_is_gpl(fields[FIELD_TYPE]),
	};
	return 1;
}

static int parse_file(struct symvers *symvers, struct input *input, name_wanted *wanted, const void *arg,
		      struct diag *diag)
{
	VEC(struct symvers_entry) entries = {0};
	char *line;
	int err = 0;

	while (!err && (line = input_line(input))) {
		struct symvers_entry entry;
		int found = parse_line(symvers, line, wanted, arg, &entry);

		if (found < 0) {
			err = found;
			diag_error(diag, input->path, input_place(input),
				   "not a line of a Module.symvers (CRC, name, owner, export type)");
		} else if (found) {
			vec_add(&entries, entry);
		}
	}
	symvers->entries = arena_memdup(symvers->arena, entries.v, entries.n * sizeof(*entries.v));
	symvers->nentries = entries.n;
	for (uint32_t i = 0; i < entries.n; i++)
		strmap_add(&symvers->by_name, symvers->entries[i].name, i);
	vec_free(&entries);
	return err;
}

int symvers_read_wanted(const char *path, name_wanted *wanted, const void *arg, struct symvers **result,
			struct diag *diag)
{
	struct symvers *symvers;
	struct arena *arena;
	struct input input;
	int err = input_open(&input, path, diag);

	if (err)
		return err;
	arena = arena_new();
	symvers = arena_alloc(arena, sizeof(*symvers));
	symvers->arena = arena;
	err = input_close(&input, parse_file(symvers, &input, wanted, arg, diag), diag);
	if (err)
		symvers_free(symvers);
	else
		*result = symvers;
	return err;
}

int symvers_read(const char *path, struct symvers **result, struct diag *diag)
{
	return symvers_read_wanted(path, NULL, NULL, result, diag);
}

void symvers_free(struct symvers *symvers)
{
	if (!symvers)
		return;
	strmap_free(&symvers->by_name);
	arena_free(symvers->arena);
}

const struct symvers_entry *symvers_find(const struct symvers *symvers, const char *name)
{
	uint32_t index = strmap_get(&symvers->by_name, name);

	return index == STRMAP_NONE ? NULL : &symvers->entries[index];
}
