// SPDX-License-Identifier: GPL-2.0-only
/* klp-source same: can two preprocessed sources be compiled to different code? source/slice.c does the work. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "source/slice.h"
#include "tools/command.h"
#include "util/diag.h"
#include "util/output.h"

static enum exit_code run_same(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	struct diag diag = {.out = stderr};
	bool same = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'h')
			return command_help(command, argv);
		return EXIT_CODE_ERROR;
	}
	if (argc - optind != 2)
		return command_misused(argv, "it takes two files");
	if (slice_compare(argv[optind], argv[optind + 1], &same, stdout, &diag) || output_flush(stdout))
		return EXIT_CODE_ERROR;
	return same ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

static const struct command commands[] = {
	{"same", "Can two preprocessed sources (gcc -E) be compiled to different code?",
	 "ORIG PATCHED\n"
	 "What nobody names, like an inline function that is not called, comes to no code. Exit codes: 0 the code is the "
	 "same; 2 it may differ (how the first things that differ begin is printed, of each file a line); 1 error.\n",
	 run_same},
	{0},
};

int main(int argc, char **argv)
{
	output_begin();
	return command_main("klp-source", commands, argc, argv);
}
