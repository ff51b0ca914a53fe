// SPDX-License-Identifier: GPL-2.0-only
/* klp-place kallsyms | exports | layout | facts | elf: what an image tells of itself. target/ does the work. */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "object/layout.h"
#include "kernel/module.h"
#include "target/exports.h"
#include "target/facts.h"
#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "place-reader.h"
#include "tools/place-commands.h"
#include "util/output.h"

struct options {
	const char *image;
	const char *output;  /* NULL: standard output */
	const char *symvers; /* exports: to be compared with, or NULL */
	bool sympos;         /* kallsyms: instead of the types */
};

/* Prints one fact of the image. */
typedef int print_fact(const struct options *opts, const struct elf_obj *image, FILE *out, struct diag *diag);

enum option_id { OPT_SYMPOS = 256, OPT_SYMVERS };

static const struct option kallsyms_options[] = {
	{"sympos", no_argument, NULL, OPT_SYMPOS},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const struct option exports_options[] = {
	{"symvers", required_argument, NULL, OPT_SYMVERS},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const struct option plain_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

/* Returns false if there is nothing to be done: *code is what came of it. */
static bool parse(const struct command *command, int argc, char **argv, const struct option *known,
		  struct options *opts, enum exit_code *code)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
		switch (opt) {
		case OPT_SYMPOS:
			opts->sympos = true;
			break;
		case OPT_SYMVERS:
			opts->symvers = optarg;
			break;
		case 'o':
			opts->output = optarg;
			break;
		case 'h':
			*code = command_help(command, argv);
			return false;
		default:
			*code = command_misused(argv, "unknown option");
			return false;
		}
	}
	if (argc - optind != 1) {
		*code = command_misused(argv, "give one image");
		return false;
	}
	opts->image = argv[optind];
	return true;
}

/* The same symbols, with the sympos that a livepatch names each by instead of its type. */
static int print_sympos(FILE *out, const char *path, const char *text, size_t size, struct diag *diag)
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
	if (opts->sympos)
		err = print_sympos(out, image->path, text, size, diag);
	else
		fwrite(text, 1, size, out);
	free(text);
	return err;
}

static int print_layout(const struct options *opts, const struct elf_obj *image, FILE *out, struct diag *diag)
{
	struct layout layout = {0};
	int err;

	(void)opts;
	if (image->type == ET_REL)
		return diag_error(diag, image->path, NULL,
				  "a module; its BTF has only the types that the kernel's lacks; give the image");
	err = layout_read_image(&layout, image, diag);
	if (!err)
		layout_write(&layout, out);
	return err;
}

static int print_facts(const struct options *opts, const struct elf_obj *obj, FILE *out, struct diag *diag)
{
	(void)opts;
	(void)diag;
	facts_write(obj, out);
	return 0;
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
		fprintf(out, "0x%08x\t%s\t%s\t%s\t%s\n", exports->entries[i].crc, exports->entries[i].name,
			exports->entries[i].owner, module_export_word(exports->entries[i].gpl_only),
			exports->entries[i].ns);
	symvers_free(exports);
	return err;
}

/* Prints to the file that was given, complete or not at all, or to standard output. */
static int print_to(const struct options *opts, print_fact *fact, const struct elf_obj *image, struct diag *diag)
{
	struct output output;
	int err;

	if (opts->output) {
		err = output_open(&output, opts->output, diag);
		return err ? err : output_close(&output, fact(opts, image, output.file, diag), diag);
	}
	err = fact(opts, image, stdout, diag);
	if (!err && (err = output_flush(stdout)))
		diag_error(diag, "standard output", NULL, "can't write: %s", strerror(-err));
	return err;
}

static enum exit_code print(const struct command *command, int argc, char **argv, const struct option *known,
			    print_fact *fact)
{
	struct diag diag = {.out = stderr};
	struct options opts = {0};
	enum exit_code code;
	struct image *image;
	struct elf_obj *obj;
	int err;

	if (!parse(command, argc, argv, known, &opts, &code))
		return code;
	err = image_read(opts.image, &image, &diag);
	if (!err) {
		err = image_read_elf(image, &obj, &diag);
		if (!err) {
			err = print_to(&opts, fact, obj, &diag);
			elf_obj_free(obj);
		}
		image_free(image);
	}
	return diag_exit_code(&diag, err);
}

enum exit_code place_kallsyms_run(const struct command *command, int argc, char **argv)
{
	return print(command, argc, argv, kallsyms_options, print_kallsyms);
}

enum exit_code place_exports_run(const struct command *command, int argc, char **argv)
{
	return print(command, argc, argv, exports_options, print_exports);
}

enum exit_code place_layout_run(const struct command *command, int argc, char **argv)
{
	return print(command, argc, argv, plain_options, print_layout);
}

enum exit_code place_facts_run(const struct command *command, int argc, char **argv)
{
	return print(command, argc, argv, plain_options, print_facts);
}

enum exit_code place_elf_run(const struct command *command, int argc, char **argv)
{
	struct diag diag = {.out = stderr};
	struct options opts = {0};
	enum exit_code code;
	struct image *image;
	int err;

	if (!parse(command, argc, argv, plain_options, &opts, &code))
		return code;
	if (!opts.output)
		return command_misused(argv, "no output given (-o)");
	err = image_read(opts.image, &image, &diag);
	if (!err) {
		err = image_write(image, opts.output, &diag);
		image_free(image);
	}
	return diag_exit_code(&diag, err);
}

enum exit_code place_reader_run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int opt = getopt_long(argc, argv, "h", options, NULL);

	if (opt == 'h')
		return command_help(command, argv);
	if (opt != -1 || optind != argc)
		return command_misused(argv, opt != -1 ? "unknown option" : "it takes no file");
	output_begin();
	puts(PLACE_READER);
	return command_printed("the reader");
}
