// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-place: shows that an object is what a kernel was built from, and where each of its symbols is there.
 * Beside that it takes the ELF file and the symbols out of a bootable image, which the proof stands on.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "place/place.h"
#include "place/write.h"
#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "util/diag.h"
#include "util/output.h"

enum mode { MODE_PLACE, MODE_KALLSYMS, MODE_ELF };

struct options {
	enum mode mode;
	const char *image;
	const char *symbols;
	const char *module;
	const char *name;
	const char *output;
	const char *object;
	bool no_proof;
};

static const char usage[] =
	"usage: klp-place --image IMAGE [--symbols KALLSYMS] [--module X.ko --name MODNAME] [--no-proof] -o PLACEMENT ORIG.o\n"
	"       klp-place --kallsyms IMAGE [-o FILE]\n"
	"       klp-place --elf IMAGE -o VMLINUX\n";

enum { OPT_IMAGE = 256, OPT_SYMBOLS, OPT_MODULE, OPT_NAME, OPT_NO_PROOF, OPT_KALLSYMS, OPT_ELF };

static const struct option long_options[] = {
	{"image", required_argument, NULL, OPT_IMAGE},
	{"symbols", required_argument, NULL, OPT_SYMBOLS},
	{"module", required_argument, NULL, OPT_MODULE},
	{"name", required_argument, NULL, OPT_NAME},
	{"no-proof", no_argument, NULL, OPT_NO_PROOF},
	{"kallsyms", required_argument, NULL, OPT_KALLSYMS},
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

static int parse_options(int argc, char **argv, struct options *opts)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		switch (opt) {
		case OPT_KALLSYMS:
		case OPT_ELF:
			opts->mode = opt == OPT_ELF ? MODE_ELF : MODE_KALLSYMS;
			/* fall through */
		case OPT_IMAGE:
			if (opts->image)
				return usage_error("more than one image");
			opts->image = optarg;
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
		case OPT_NO_PROOF:
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
	if (opts->mode != MODE_KALLSYMS && !opts->output)
		return usage_error("no output given (-o)");
	if (argc - optind != (opts->mode == MODE_PLACE))
		return usage_error(opts->mode == MODE_PLACE ? "give one object" : "too many arguments");
	if (!opts->module != !opts->name)
		return usage_error("--module and --name go together");
	opts->object = argv[optind];
	return 0;
}

static int write_text(const char *path, const char *text, size_t size, struct diag *diag)
{
	struct output output;
	int err;

	if (!path) {
		if (fwrite(text, 1, size, stdout) == size && !fflush(stdout))
			return 0;
		return diag_error(diag, "standard output", NULL, "can't write: %s", strerror(errno));
	}
	err = output_open(&output, path, diag);
	if (err)
		return err;
	fwrite(text, 1, size, output.file);
	return output_close(&output, 0, diag);
}

static int print_kallsyms(const struct options *opts, const struct image *image, struct diag *diag)
{
	struct elf_obj *obj;
	size_t size;
	char *text;
	int err;

	err = image_read_elf(image, &obj, diag);
	if (err)
		return err;
	err = kallsyms_extract(obj, &text, &size, diag);
	if (!err) {
		err = write_text(opts->output, text, size, diag);
		free(text);
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

static int check_host(const struct options *opts, const struct elf_obj *elf, const struct symtab *tab,
		      struct diag *diag)
{
	if (opts->module ? elf->type != ET_REL : elf->type == ET_REL)
		return diag_error(diag, elf->path, NULL,
				  opts->module ? "not a module" : "a module, not an image; see --module");
	if (tab->relocatable != (elf->type == ET_REL))
		return diag_error(diag, tab->path, NULL, "not the symbols of a linked kernel");
	return 0;
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
	/* The image itself is not looked at if the object is a module's. */
	err = image_read(opts.module ? opts.module : opts.image, &image, &diag);
	if (!err) {
		switch (opts.mode) {
		case MODE_KALLSYMS:
			err = print_kallsyms(&opts, image, &diag);
			break;
		case MODE_ELF:
			err = image_write(image, opts.output, &diag);
			break;
		case MODE_PLACE:
			err = place(&opts, image, &diag);
			break;
		}
		image_free(image);
	}
	return diag_exit_code(&diag, err);
}
