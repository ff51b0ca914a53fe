// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-place: shows that an object is what a kernel was built from, and where each of its symbols is there.
 * Beside that it takes the ELF file and the symbols out of a bootable image, which the proof stands on.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "place/place.h"
#include "place/write.h"
#include "special/layout.h"
#include "target/exports.h"
#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "util/diag.h"
#include "util/output.h"

enum mode { MODE_PLACE, MODE_KALLSYMS, MODE_ELF, MODE_LAYOUT, MODE_EXPORTS };

struct options {
	enum mode mode;
	const char *image;
	const char *symbols;
	const char *symvers;
	const char *module;
	const char *name;
	const char *output;
	const char *object;
	bool no_proof;
	bool positions;
};

static const char usage[] =
	"usage: klp-place --image IMAGE [--symbols KALLSYMS] [--skip-base-check] -o PLACEMENT ORIG.o\n"
	"       klp-place --module X.ko --name MODNAME [--skip-base-check] -o PLACEMENT ORIG.o\n"
	"       klp-place --kallsyms IMAGE [--positions] [-o FILE]\n"
	"       klp-place --exports IMAGE [--symvers FILE] [-o FILE]\n"
	"       klp-place --layout IMAGE [-o FILE]\n"
	"       klp-place --elf IMAGE -o VMLINUX\n";

enum option_id {
	OPT_IMAGE = 256,
	OPT_SYMBOLS,
	OPT_MODULE,
	OPT_NAME,
	OPT_SKIP_BASE_CHECK,
	OPT_KALLSYMS,
	OPT_POSITIONS,
	OPT_EXPORTS,
	OPT_SYMVERS,
	OPT_LAYOUT,
	OPT_ELF,
};

static const struct option long_options[] = {
	{"image", required_argument, NULL, OPT_IMAGE},
	{"symbols", required_argument, NULL, OPT_SYMBOLS},
	{"module", required_argument, NULL, OPT_MODULE},
	{"name", required_argument, NULL, OPT_NAME},
	{"skip-base-check", no_argument, NULL, OPT_SKIP_BASE_CHECK},
	{"kallsyms", required_argument, NULL, OPT_KALLSYMS},
	{"positions", no_argument, NULL, OPT_POSITIONS},
	{"exports", required_argument, NULL, OPT_EXPORTS},
	{"symvers", required_argument, NULL, OPT_SYMVERS},
	{"layout", required_argument, NULL, OPT_LAYOUT},
	{"elf", required_argument, NULL, OPT_ELF},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static int usage_error(const char *what)
{
	fprintf(stderr, "klp-place: error: %s\n%s", what, usage);
	return -EINVAL;
}

static enum mode mode_of(int opt)
{
	switch (opt) {
	case OPT_KALLSYMS:
		return MODE_KALLSYMS;
	case OPT_EXPORTS:
		return MODE_EXPORTS;
	case OPT_LAYOUT:
		return MODE_LAYOUT;
	case OPT_ELF:
		return MODE_ELF;
	default:
		return MODE_PLACE;
	}
}

static int parse_options(int argc, char **argv, struct options *opts)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		switch (opt) {
		case OPT_KALLSYMS:
		case OPT_EXPORTS:
		case OPT_LAYOUT:
		case OPT_ELF:
			opts->mode = mode_of(opt);
			/* fall through */
		case OPT_IMAGE:
			if (opts->image)
				return usage_error("more than one image");
			opts->image = optarg;
			break;
		case OPT_POSITIONS:
			opts->positions = true;
			break;
		case OPT_SYMVERS:
			opts->symvers = optarg;
			break;
		case OPT_SYMBOLS:
			opts->symbols = optarg;
			break;
		case OPT_MODULE:
			opts->module = optarg;
			break;
		case OPT_NAME:
			opts->name = optarg;
			break;
		case OPT_SKIP_BASE_CHECK:
			opts->no_proof = true;
			break;
		case 'o':
			opts->output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_CODE_OK);
		default:
			fputs(usage, stderr);
			return -EINVAL;
		}
	}
	if (!opts->image && !opts->module)
		return usage_error("give an image, or --module");
	if ((opts->mode == MODE_PLACE || opts->mode == MODE_ELF) && !opts->output)
		return usage_error("no output given (-o)");
	if ((opts->positions && opts->mode != MODE_KALLSYMS) || (opts->symvers && opts->mode != MODE_EXPORTS))
		return usage_error("--positions belongs to --kallsyms, --symvers to --exports");
	if (opts->mode != MODE_PLACE && (opts->module || opts->name || opts->symbols || opts->no_proof))
		return usage_error(
			"--symbols, --module, --name and --skip-base-check are for the placement of an object");
	if (opts->module && opts->symbols)
		return usage_error("--symbols are those of an image; a module has its own");
	if (argc - optind != (opts->mode == MODE_PLACE))
		return usage_error(opts->mode == MODE_PLACE ? "give one object" : "too many arguments");
	if (!opts->module != !opts->name)
		return usage_error("--module and --name go together");
	opts->object = argv[optind];
	return 0;
}

/* The same symbols, with the position that a livepatch names each by instead of its type. */
static int print_positions(FILE *out, const char *path, const char *text, size_t size, struct diag *diag)
{
	struct symtab *tab;
	int err = symtab_read_text(path, text, size, &tab, diag);

	if (err)
		return err;
	for (uint32_t i = 0; i < tab->nsyms; i++)
		fprintf(out, "%016llx %s %u\n", (unsigned long long)tab->syms[i].addr, tab->syms[i].name,
			symtab_sympos(tab, i));
	symtab_free(tab);
	return 0;
}

static int print_kallsyms(const struct options *opts, const struct elf_obj *image, FILE *out, struct diag *diag)
{
	size_t size;
	char *text;
	int err;

	err = kallsyms_extract(image, &text, &size, diag);
	if (err)
		return err;
	if (opts->positions)
		err = print_positions(out, image->path, text, size, diag);
	else
		fwrite(text, 1, size, out);
	free(text);
	return err;
}

static int print_layout(const struct elf_obj *image, FILE *out, struct diag *diag)
{
	struct layout layout = {0};
	int err;

	if (image->type == ET_REL)
		return diag_error(diag, image->path, NULL,
				  "a module; its BTF is only what the kernel's lacks, give the image");
	err = layout_read_image(&layout, image, diag);

	if (!err)
		layout_write(&layout, out);
	return err;
}

static int compare_exports(const char *path, const struct symvers *exports, bool has_crcs, struct diag *diag)
{
	struct symvers *symvers;
	int err = symvers_read(path, &symvers, diag);

	if (err)
		return err;
	err = exports_compare(exports, has_crcs, symvers, path, diag);
	symvers_free(symvers);
	return err;
}

/* All that the image exports, or only whether a Module.symvers says the same. */
static int print_exports(const struct options *opts, const struct elf_obj *image, FILE *out, struct diag *diag)
{
	struct symvers *exports;
	bool has_crcs;
	int err = exports_read(image, &exports, &has_crcs, diag);

	if (err)
		return err;
	if (opts->symvers)
		err = compare_exports(opts->symvers, exports, has_crcs, diag);
	for (uint32_t i = 0; i < exports->nentries && !opts->symvers; i++)
		fprintf(out, "0x%08x\t%s\t%s\tEXPORT_SYMBOL%s\t%s\n", exports->entries[i].crc, exports->entries[i].name,
			exports->entries[i].owner, exports->entries[i].gpl_only ? "_GPL" : "", exports->entries[i].ns);
	symvers_free(exports);
	return err;
}

static int print_fact(const struct options *opts, const struct elf_obj *image, FILE *out, struct diag *diag)
{
	switch (opts->mode) {
	case MODE_KALLSYMS:
		return print_kallsyms(opts, image, out, diag);
	case MODE_EXPORTS:
		return print_exports(opts, image, out, diag);
	default:
		return print_layout(image, out, diag);
	}
}

/* One of the things that an image tells of itself, as text. */
static int print(const struct options *opts, const struct image *image, struct diag *diag)
{
	struct output output;
	struct elf_obj *obj;
	int err;

	err = image_read_elf(image, &obj, diag);
	if (err)
		return err;
	if (opts->output) {
		err = output_open(&output, opts->output, diag);
		if (!err)
			err = output_close(&output, print_fact(opts, obj, output.file, diag), diag);
	} else {
		err = print_fact(opts, obj, stdout, diag);
		if (!err && (err = output_flush(stdout)))
			diag_error(diag, "standard output", NULL, "can't write: %s", strerror(-err));
	}
	elf_obj_free(obj);
	return err;
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
	const char *own = elf_obj_modinfo(elf, "name", NULL);

	if (!module_name_is_valid(name))
		return diag_error(diag, elf->path, NULL, "'%s' is no name of a module: letters, digits, underscores",
				  name);
	if (own && strcmp(own, name))
		return diag_error(diag, elf->path, NULL, "not the module %s: it calls itself %s", name, own);
	return 0;
}

static int check_host(const struct options *opts, const struct elf_obj *elf, const struct symtab *tab,
		      struct diag *diag)
{
	if (opts->module ? elf->type != ET_REL : elf->type == ET_REL)
		return diag_error(diag, elf->path, NULL,
				  opts->module ? "not a module" : "a module, not an image; see --module");
	if (tab->relocatable != (elf->type == ET_REL))
		return diag_error(diag, tab->path, NULL, "not the symbols of a linked kernel");
	return opts->module ? check_name(opts->name, elf, diag) : 0;
}

static int place_in_host(const struct options *opts, const struct elf_obj *elf, const struct symtab *tab,
			 struct diag *diag)
{
	struct proof *proof = NULL;
	struct elf_obj *obj;
	struct host host;
	int err;

	err = check_host(opts, elf, tab, diag);
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
	host_init(&host, opts->module ? opts->name : "vmlinux", elf, tab, opts->module);
	err = place_object(obj, &host, !opts->no_proof, &proof, diag);
	if (!err)
		err = proof_write(proof, opts->output, diag);
	proof_free(proof);
	host_free(&host);
	elf_obj_free(obj);
	return err;
}

static int place(const struct options *opts, const struct image *image, struct diag *diag)
{
	struct symtab *tab = NULL;
	struct elf_obj *elf;
	int err;

	err = image_read_elf(image, &elf, diag);
	if (err)
		return err;
	err = opts->module ? symtab_read_elf(elf, &tab, diag) : read_image_symbols(opts, elf, &tab, diag);
	if (!err)
		err = place_in_host(opts, elf, tab, diag);
	symtab_free(tab);
	elf_obj_free(elf);
	return err;
}

int main(int argc, char **argv)
{
	struct diag diag = {.out = stderr};
	struct options opts = {0};
	struct image *image;
	int err;

	if (parse_options(argc, argv, &opts))
		return EXIT_CODE_ERROR;
	output_begin();
	/* The image itself is not looked at if the object is a module's. */
	err = image_read(opts.module ? opts.module : opts.image, &image, &diag);
	if (!err) {
		switch (opts.mode) {
		case MODE_ELF:
			err = image_write(image, opts.output, &diag);
			break;
		case MODE_PLACE:
			err = place(&opts, image, &diag);
			break;
		default:
			err = print(&opts, image, &diag);
			break;
		}
		image_free(image);
	}
	return diag_exit_code(&diag, err);
}
