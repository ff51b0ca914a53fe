// SPDX-License-Identifier: GPL-2.0-only
/* klp-link symbols | made-global: what diff objects need. klp/link.c and place/made-global.c do the work. */
#include <getopt.h>
#include <string.h>

#include "elf/model.h"
#include "klp/link.h"
#include "place/made-global.h"
#include "place/placement.h"
#include "target/symvers.h"
#include "tools/link-commands.h"
#include "util/arena.h"

enum option_id {
	OPT_SYMVERS = 256,
	OPT_RELEASE,
	OPT_MODULES,
	OPT_PART,
	OPT_ORIG,
	OPT_PATCHED,
	OPT_PLACEMENTS,
};

const char *link_split(char *text, const char **module)
{
	char *colon = strchr(text, ':');

	if (!colon || colon == text || !colon[1])
		return NULL;
	*colon = 0;
	*module = text;
	return colon + 1;
}

/* ---- symbols ---- */

static bool is_needed(const void *arg, const char *name)
{
	const struct link_input *input = arg;

	for (uint32_t i = 0; i < input->n; i++)
		if (elf_obj_find_symbol(input->objects[i].obj, name))
			return true;
	return false;
}

static void print_records(const struct link_result *result, struct diag *diag)
{
	for (uint32_t i = 0; i < result->lacks.n; i++) {
		const struct link_lack *lack = &result->lacks.v[i];

		printf("refused\t%s\t%s\t%s\t%s\n", rule_info(lack->rule)->name, lack->symbol, lack->why, lack->object);
		if (lack->rule == RULE_SYMBOL_TWICE)
			diag_refuse(diag, lack->rule, lack->object, lack->symbol, "%s", lack->why);
		else
			diag_refuse(diag, lack->rule, lack->object, NULL, "it needs %s, %s", lack->symbol, lack->why);
	}
	for (uint32_t i = 0; i < result->namespaces.n; i++)
		printf("namespace\t%s\n", result->namespaces.v[i]);
	for (uint32_t i = 0; i < result->kept.n; i++)
		printf("kept\t%s\n", result->kept.v[i]);
}

/* input has no objects yet; their names are in argv. */
static int check_symbols(struct link_input *input, const char *symvers_path, int argc, char **argv, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct link_object *objects = arena_array(arena, struct link_object, argc);
	struct elf_obj **read = arena_array(arena, struct elf_obj *, argc);
	struct symvers *symvers = NULL;
	struct link_result result;
	int err = 0;

	for (int i = 0; i < argc && !err; i++) {
		objects[i].name = link_split(argv[i], &objects[i].module);
		if (!objects[i].name)
			err = diag_error(diag, NULL, NULL, "'%s' does not have the form MODULE:OBJECT.o", argv[i]);
		else
			err = elf_obj_read(objects[i].name, &read[i], diag);
		objects[i].obj = read[i];
	}
	input->objects = objects;
	input->n = (uint32_t)argc;
	if (!err)
		err = symvers_read_wanted(symvers_path, is_needed, input, &symvers, diag);
	if (!err) {
		input->symvers = symvers;
		link_run(input, &result);
		print_records(&result, diag);
		link_result_free(&result);
		err = diag_checkpoint(diag);
	}
	symvers_free(symvers);
	for (int i = 0; i < argc; i++)
		elf_obj_free(read[i]);
	arena_free(arena);
	return err;
}

enum exit_code link_symbols_run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"symvers", required_argument, NULL, OPT_SYMVERS},
		{"release", required_argument, NULL, OPT_RELEASE},
		{"modules", required_argument, NULL, OPT_MODULES},
		{"part", required_argument, NULL, OPT_PART},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct diag diag = {.out = stderr};
	struct link_input input = {0};
	const char *symvers = NULL;
	enum exit_code code;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_SYMVERS:
			symvers = optarg;
			break;
		case OPT_RELEASE:
			input.release = optarg;
			break;
		case OPT_MODULES:
			input.modules = optarg;
			break;
		case OPT_PART:
			input.part = optarg;
			break;
		case 'h':
			return command_help(command, argv);
		default:
			return command_misused(argv, "unknown option");
		}
	}
	if (!symvers || !input.release)
		return command_misused(argv, "--symvers and --release are needed");
	if (argc == optind)
		return command_misused(argv, "no objects given");
	code = diag_exit_code(&diag, check_symbols(&input, symvers, argc - optind, argv + optind, &diag));
	return command_printed(argv[0]) ? EXIT_CODE_ERROR : code;
}

/* ---- made-global ---- */

struct places {
	const char *orig, *patched, *placements;
};

static int read_object(const char *dir, const char *name, struct arena *arena, struct elf_obj **obj, struct diag *diag)
{
	return elf_obj_read(arena_printf(arena, "%s/%s", dir, name), obj, diag);
}

/* The records of one object, for all others of its module. */
static void print_for_others(const made_global_vec *found, int self, int n, const char *const *modules,
			     const char *const *names)
{
	for (uint32_t i = 0; i < found->n; i++) {
		const struct placement_record *record = found->v[i];

		for (int other = 0; other < n; other++)
			if (other != self && !strcmp(modules[other], modules[self]))
				printf("%s\tsymbol\t%s\tundef\t%s\t%llu\t%s\t%s\t%u\n", names[other], record->name,
				       record->type, (unsigned long long)record->size, record->address,
				       record->target_name ? record->target_name : "-", record->sympos);
	}
}

static int find_in_object(const struct places *places, int self, int n, const char *const *modules,
			  const char *const *names, struct diag *diag)
{
	struct elf_obj *orig = NULL, *patched = NULL;
	struct placement *placement = NULL;
	struct arena *arena = arena_new();
	made_global_vec found = {0};
	size_t len = strlen(names[self]);
	int err = read_object(places->orig, names[self], arena, &orig, diag);

	if (!err)
		err = read_object(places->patched, names[self], arena, &patched, diag);
	if (len > 2 && names[self][len - 2] == '.' && names[self][len - 1] == 'o')
		len -= 2;
	if (!err)
		err = placement_read(arena_printf(arena, "%s/%.*s.place", places->placements, (int)len, names[self]),
				     &placement, diag);
	if (!err) {
		made_global_find(orig, patched, placement, &found);
		print_for_others(&found, self, n, modules, names);
	}
	vec_free(&found);
	placement_free(placement);
	elf_obj_free(patched);
	elf_obj_free(orig);
	arena_free(arena);
	return err;
}

static int find_made_global(const struct places *places, int n, char **argv, struct diag *diag)
{
	struct arena *arena = arena_new();
	const char **modules = arena_array(arena, const char *, n), **names = arena_array(arena, const char *, n);
	int err = 0;

	for (int i = 0; i < n && !err; i++) {
		names[i] = link_split(argv[i], &modules[i]);
		if (!names[i])
			err = diag_error(diag, NULL, NULL, "'%s' does not have the form MODULE:OBJECT.o", argv[i]);
	}
	for (int i = 0; i < n && !err; i++) {
		bool alone = true;

		for (int other = 0; other < n && alone; other++)
			alone = other == i || strcmp(modules[other], modules[i]);
		if (!alone)
			err = find_in_object(places, i, n, modules, names, diag);
	}
	arena_free(arena);
	return err;
}

enum exit_code link_made_global_run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"orig", required_argument, NULL, OPT_ORIG},
		{"patched", required_argument, NULL, OPT_PATCHED},
		{"placements", required_argument, NULL, OPT_PLACEMENTS},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct diag diag = {.out = stderr};
	struct places places = {0};
	int opt, err;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_ORIG:
			places.orig = optarg;
			break;
		case OPT_PATCHED:
			places.patched = optarg;
			break;
		case OPT_PLACEMENTS:
			places.placements = optarg;
			break;
		case 'h':
			return command_help(command, argv);
		default:
			return command_misused(argv, "unknown option");
		}
	}
	if (!places.orig || !places.patched || !places.placements)
		return command_misused(argv, "--orig, --patched and --placements are needed");
	if (argc == optind)
		return command_misused(argv, "no objects given");
	err = find_made_global(&places, argc - optind, argv + optind, &diag);
	return command_printed(argv[0]) ? EXIT_CODE_ERROR : diag_exit_code(&diag, err);
}
