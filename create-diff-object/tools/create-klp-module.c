// SPDX-License-Identifier: GPL-2.0-only
/*
 * create-klp-module IN.ko OUT.ko: gives a linked livepatch module its final form. klp/finish.c does the work.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "klp/finish.h"
#include "util/diag.h"
#include "util/fold.h"
#include "util/output.h"

static const char usage_text[] =
	"usage: create-klp-module [options] IN.ko OUT.ko\n"
	"Move relocations to .klp.sym.* symbols into .klp.rela.* sections, the form that the kernel loads.\n"
	"\n"
	"  -v, --verbose  say what was moved\n"
	"  -h, --help     show this help\n"
	"\n"
	"Exit codes: 0 written, 1 error, 2 the module holds something that can't be represented.\n";

static int run(const char *in_path, const char *out_path, bool verbose, struct diag *diag)
{
	struct klp_finished result = {0};
	struct elf_obj *in = NULL;
	int err = elf_obj_read(in_path, &in, diag);

	if (!err)
		err = klp_finish(in, &result, diag);
	if (!err)
		err = klp_finished_write(&result, out_path, diag);
	if (!err && verbose)
		fold_printf(stdout, "%s: %u relocations to %u livepatch symbols in %u sections; %u sections removed",
			    out_path, result.relocations, result.symbols, result.rela_sections, result.removed);
	if (!err && (err = output_flush(stdout)))
		diag_error(diag, "standard output", NULL, "can't write: %s", strerror(-err));
	klp_finished_free(&result);
	elf_obj_free(in);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct diag diag = {.out = stderr};
	bool verbose = false;
	int opt, err;

	while ((opt = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		switch (opt) {
		case 'v':
			verbose = true;
			break;
		case 'h':
			fold_put(stdout, usage_text);
			return EXIT_CODE_OK;
		default:
			fold_put(stderr, usage_text);
			return EXIT_CODE_ERROR;
		}
	}
	if (argc - optind != 2) {
		fold_put(stderr, usage_text);
		return EXIT_CODE_ERROR;
	}
	output_begin();
	err = run(argv[optind], argv[optind + 1], verbose, &diag);
	return diag_exit_code(&diag, err);
}
