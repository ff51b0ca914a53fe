// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: options, IN.ko. */
#define main create_klp_module
#include "tools/create-klp-module.c"
#undef main

#include "target.h"

void fuzz_run(const struct fuzz_file *files)
{
	char *argv[] = {
		(char *)"create-klp-module",
		(char *)"--verbose",
		(char *)fuzz_path(1, &files[1]),
		(char *)fuzz_output(),
		NULL,
	};

	optind = 0;
	create_klp_module(4, argv);
}
