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
#include "tools/command.h"
#include "util/diag.h"
#include "util/fold.h"
#include "util/output.h"

static const char usage_text[] = "usage: create-klp-module [options] IN.ko OUT.ko\n"
				 "Move relocations to .klp.sym.* symbols into .klp.rela.* sections, the form that\n"
				 "the kernel loads.\n"
				 "\n"
				 "  -r, --report FILE  write the results as records for programs\n"
				 "  -v, --verbose      print what was moved\n"
				 "  -h, --help         show this help\n"
				 "\n"
				 "Exit codes: 0 written, 1 error, 2 the module contains something that can't be\n"
				 "represented.\n";

struct options {
	const char *in, *out;
	const char *report; /* NULL: none */
	bool verbose;
};

/* The record "moved": relocations, livepatch symbols, livepatch relocation sections. */
static void tell(const struct klp_finished *result, const struct options *options, const struct diag *diag)
{
	if (diag->report)
		fprintf(diag->report, "moved\t%u\t%u\t%u\n", result->relocations, result->symbols,
			result->rela_sections);
	if (options->verbose)
		fold_printf(stdout, "%s: %u relocations to %u livepatch symbols in %u sections; %u sections removed",
			    options->out, result->relocations, result->symbols, result->rela_sections, result->removed);
}

static int run(const struct options *options, struct diag *diag)
{
	struct klp_finished result = {0};
	struct elf_obj *in = NULL;
	int err = elf_obj_read(options->in, &in, diag);

	if (!err)
		err = klp_finish(in, &result, diag);
	if (!err)
		err = klp_finished_write(&result, options->out, diag);
	if (!err)
		tell(&result, options, diag);
	if (!err && (err = output_flush(stdout)))
		diag_error(diag, "standard output", NULL, "can't write: %s", strerror(-err));
	klp_finished_free(&result);
	elf_obj_free(in);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"report", required_argument, NULL, 'r'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct diag diag = {.out = stderr};
	struct options options = {0};
	struct output report = {0};
	int opt, err;

	while ((opt = getopt_long(argc, argv, "r:vh", longs, NULL)) != -1) {
		switch (opt) {
		case 'r':
			options.report = optarg;
			break;
		case 'v':
			options.verbose = true;
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
	options.in = argv[optind];
	options.out = argv[optind + 1];
	output_begin();
	err = command_report_open(options.report, &report, &diag);
	if (!err)
		err = run(&options, &diag);
	return command_report_close(&report, (int)diag_exit_code(&diag, err), &diag);
}
