// SPDX-License-Identifier: GPL-2.0-only
/* klp-link versions | exports: what modules of the target take and give. target/versions.c does the work. */
#include <getopt.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "target/image.h"
#include "target/symvers.h"
#include "target/versions.h"
#include "tools/link-commands.h"
#include "util/arena.h"

enum option_id { OPT_SYMVERS = 256, OPT_RELEASE };

struct module {
	const char *path; /* where the build had it, without .ko */
	struct image *image;
	struct elf_obj *obj;
	struct versions versions;
};

/* What was made before an error is freed by module_close(). */
static int module_open(char *text, struct module *module, struct diag *diag)
{
	const char *file = link_split(text, &module->path);
	int err;

	if (!file)
		return diag_error(diag, NULL, NULL, "'%s' does not have the form PATH:MODULE.ko", text);
	err = image_read(file, &module->image, diag);
	if (!err)
		err = image_read_elf(module->image, &module->obj, diag);
	if (!err && (module->obj->type != ET_REL || !elf_obj_modinfo(module->obj, MODINFO_VERMAGIC, NULL)))
		err = diag_error(diag, file, NULL, "not a kernel module, or damaged");
	if (!err)
		err = versions_read(module->obj, &module->versions, diag);
	return err;
}

static void module_close(struct module *module)
{
	versions_free(&module->versions);
	elf_obj_free(module->obj);
	if (module->image)
		image_free(module->image);
}

/* ---- versions ---- */

/* One line, of what is found first. */
static void check_module(const struct module *module, const char *release, const struct symvers *symvers,
			 struct diag *diag)
{
	struct arena *arena = module->versions.arena;
	const char *magic = elf_obj_modinfo(module->obj, MODINFO_VERMAGIC, NULL), *what;
	char *name = arena_strdup(arena, module->path);
	size_t len = strcspn(magic, " ");

	module_name_from_path(name);
	if (len != strlen(release) || memcmp(magic, release, len))
		what = arena_printf(arena, "was built for %.*s", (int)len, magic);
	else
		what = versions_find_difference(&module->versions, symvers, name);
	if (what)
		diag_report(diag, DIAG_DIFFERS, RULE_MODULE_DIFFERS, NULL, NULL, "%s.ko %s", module->path, what);
}

enum exit_code link_versions_run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"symvers", required_argument, NULL, OPT_SYMVERS},
		{"release", required_argument, NULL, OPT_RELEASE},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *symvers_path = NULL, *release = NULL;
	struct diag diag = {.out = stderr};
	struct symvers *symvers = NULL;
	int opt, err;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_SYMVERS:
			symvers_path = optarg;
			break;
		case OPT_RELEASE:
			release = optarg;
			break;
		case 'h':
			return command_help(command, argv);
		default:
			return command_misused(argv, "unknown option");
		}
	}
	if (!symvers_path || !release)
		return command_misused(argv, "--symvers and --release are needed");
	if (argc == optind)
		return command_misused(argv, "no modules given");
	err = symvers_read(symvers_path, &symvers, &diag);
	for (int i = optind; i < argc && !err; i++) {
		struct module module = {0};

		err = module_open(argv[i], &module, &diag);
		if (!err)
			check_module(&module, release, symvers, &diag);
		module_close(&module);
	}
	symvers_free(symvers);
	return diag_exit_code(&diag, err);
}

/* ---- exports ---- */

static void print_exports(const struct module *module)
{
	for (uint32_t i = 0; i < module->versions.gives.n; i++) {
		const struct versions_symbol *symbol = &module->versions.gives.v[i];

		printf("0x%08lx\t%s\t%s\t%s\t\n", (unsigned long)symbol->crc, symbol->name, module->path,
		       module_export_word(true));
	}
}

enum exit_code link_exports_run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct diag diag = {.out = stderr};
	int opt, err = 0;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'h')
			return command_help(command, argv);
		return command_misused(argv, "unknown option");
	}
	if (argc == optind)
		return command_misused(argv, "no modules given");
	for (int i = optind; i < argc && !err; i++) {
		struct module module = {0};

		err = module_open(argv[i], &module, &diag);
		if (!err)
			print_exports(&module);
		module_close(&module);
	}
	return command_printed(argv[0]) ? EXIT_CODE_ERROR : diag_exit_code(&diag, err);
}
