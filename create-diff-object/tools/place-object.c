// SPDX-License-Identifier: GPL-2.0-only
/* klp-place place: the base check of one object, and the placement that comes of it. place/ does the work. */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "place/place.h"
#include "place/write.h"
#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "tools/place-commands.h"

struct options {
	const char *image;   /* NULL: the object is a module's */
	const char *symbols; /* NULL: the image's own */
	const char *module;
	const char *name;
	const char *output;
	const char *object;
	bool skip_base_check;
};

enum option_id {
	OPT_IMAGE = 256,
	OPT_SYMBOLS,
	OPT_MODULE,
	OPT_NAME,
	OPT_SKIP_BASE_CHECK,
};

static const struct option long_options[] = {
	{"image", required_argument, NULL, OPT_IMAGE},
	{"symbols", required_argument, NULL, OPT_SYMBOLS},
	{"module", required_argument, NULL, OPT_MODULE},
	{"name", required_argument, NULL, OPT_NAME},
	{"skip-base-check", no_argument, NULL, OPT_SKIP_BASE_CHECK},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

/* What makes no sense about the options, or NULL. */
static const char *misuse_of(const struct options *opts)
{
	if (!opts->image && !opts->module)
		return "give --image, or --module";
	if (opts->image && opts->module)
		return "an object is part of the image or of a module: give --image or --module";
	if (!opts->module != !opts->name)
		return "--module and --name go together";
	if (opts->module && opts->symbols)
		return "--symbols belongs to an image; a module has its own symbols";
	return opts->output ? NULL : "no output given (-o)";
}

/* The symbols of an image: a file that was given, its own table, or its kallsyms. */
static int read_image_symbols(const struct options *opts, const struct elf_obj *image, struct symtab **tab,
			      struct diag *diag)
{
	size_t size;
	char *text;
	int err;

	if (opts->symbols)
		return symtab_read(opts->symbols, tab, diag);
	if (image->nsyms > 1)
		return symtab_read_elf(image, tab, diag);
	err = kallsyms_extract(image, &text, &size, diag);
	if (err)
		return err;
	err = symtab_read_text(opts->image, text, size, tab, diag);
	free(text);
	return err;
}

static int check_name(const char *name, const struct elf_obj *elf, struct diag *diag)
{
	/* What the module calls itself; NULL: nothing (before 4.13). */
	const char *own = elf_obj_modinfo(elf, MODINFO_NAME, NULL);

	if (!module_name_is_valid(name))
		return diag_error(diag, elf->path, NULL,
				  "'%s' is not the name of a module: letters, digits, underscores", name);
	if (own && strcmp(own, name))
		return diag_error(diag, elf->path, NULL, "not the module %s: it calls itself %s", name, own);
	return 0;
}

static int check_target(const struct options *opts, const struct elf_obj *elf, const struct symtab *tab,
			struct diag *diag)
{
	if (opts->module ? elf->type != ET_REL : elf->type == ET_REL)
		return diag_error(diag, elf->path, NULL,
				  opts->module ? "not a module" : "a module, not an image; see --module");
	if (tab->relocatable != (elf->type == ET_REL))
		return diag_error(diag, tab->path, NULL, "not the symbols of a linked kernel");
	return opts->module ? check_name(opts->name, elf, diag) : 0;
}

static int place_in_target(const struct options *opts, const struct elf_obj *elf, const struct symtab *tab,
			   struct diag *diag)
{
	struct base_check *check = NULL;
	struct elf_obj *obj;
	struct target target;
	int err;

	err = check_target(opts, elf, tab, diag);
	if (err)
		return err;
	err = elf_obj_read(opts->object, &obj, diag);
	if (err)
		return err;
	if (obj->type != ET_REL) {
		err = diag_error(diag, obj->path, NULL, "not an object file of a compiler");
		elf_obj_free(obj);
		return err;
	}
	err = elf_obj_check(obj, diag);
	if (!err && opts->module)
		err = elf_obj_check(elf, diag);
	if (err) {
		elf_obj_free(obj);
		return err;
	}
	target_init(&target, opts->module ? opts->name : "vmlinux", elf, tab, opts->module);
	err = place_object(obj, &target, !opts->skip_base_check, &check, diag);
	if (!err)
		err = base_check_write(check, opts->output, diag);
	base_check_free(check);
	target_free(&target);
	elf_obj_free(obj);
	return err;
}

static int place(const struct options *opts, struct diag *diag)
{
	struct symtab *tab = NULL;
	struct image *image;
	struct elf_obj *elf;
	int err;

	err = image_read(opts->module ? opts->module : opts->image, &image, diag);
	if (err)
		return err;
	err = image_read_elf(image, &elf, diag);
	if (!err) {
		err = opts->module ? symtab_read_elf(elf, &tab, diag) : read_image_symbols(opts, elf, &tab, diag);
		if (!err)
			err = place_in_target(opts, elf, tab, diag);
		symtab_free(tab);
		elf_obj_free(elf);
	}
	image_free(image);
	return err;
}

enum exit_code place_object_run(const struct command *command, int argc, char **argv)
{
	struct diag diag = {.out = stderr};
	struct options opts = {0};
	const char *misuse;
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		switch (opt) {
		case OPT_IMAGE:
			opts.image = optarg;
			break;
		case OPT_SYMBOLS:
			opts.symbols = optarg;
			break;
		case OPT_MODULE:
			opts.module = optarg;
			break;
		case OPT_NAME:
			opts.name = optarg;
			break;
		case OPT_SKIP_BASE_CHECK:
			opts.skip_base_check = true;
			break;
		case 'o':
			opts.output = optarg;
			break;
		case 'h':
			return command_help(command, argv);
		default:
			return command_misused(argv, "unknown option");
		}
	}
	misuse = misuse_of(&opts);
	if (!misuse && argc - optind != 1)
		misuse = "give one object";
	if (misuse)
		return command_misused(argv, misuse);
	opts.object = argv[optind];
	return diag_exit_code(&diag, place(&opts, &diag));
}
