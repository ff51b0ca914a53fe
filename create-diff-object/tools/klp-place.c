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
#include "target/image.h"
#include "target/kallsyms.h"
#include "util/diag.h"

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
	if (!opts->image)
		return usage_error("no image given");
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
	FILE *out = path ? fopen(path, "we") : stdout;
	int err = 0;

	if (!out || fwrite(text, 1, size, out) != size || fflush(out))
		err = errno ? -errno : -EIO;
	if (path && out && fclose(out) && !err)
		err = -errno;
	if (err)
		diag_error(diag, path ? path : "standard output", NULL, "can't write: %s", strerror(-err));
	return err;
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

int main(int argc, char **argv)
{
	struct diag diag = {.out = stderr};
	struct options opts = {0};
	struct image *image;
	int err;

	if (parse_options(argc, argv, &opts))
		return EXIT_CODE_ERROR;
	err = image_read(opts.image, &image, &diag);
	if (!err) {
		switch (opts.mode) {
		case MODE_KALLSYMS:
			err = print_kallsyms(&opts, image, &diag);
			break;
		case MODE_ELF:
			err = image_write(image, opts.output, &diag);
			break;
		case MODE_PLACE:
			err = diag_error(&diag, NULL, NULL, "not implemented");
			break;
		}
		image_free(image);
	}
	return diag_exit_code(&diag, err);
}
