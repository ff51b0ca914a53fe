// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: command, an image or module, ORIG.o, kallsyms, Module.symvers. */
#define main klp_place
#include "tools/klp-place.c"
#undef main

#include <getopt.h>

#include "target.h"

void fuzz_run(const struct fuzz_file *files)
{
	/* By the first file's low bits; test/fuzz/run has seeds for each. */
	static const char *const names[] = {"place",  "place",   "kallsyms", "kallsyms", "exports",
					    "layout", "exports", "elf",      "facts"};
	uint8_t bits = fuzz_option(files, 0), number = bits & 7;
	char *argv[16];
	int argc = 0;

	argv[argc++] = (char *)"klp-place";
	argv[argc++] = (char *)names[number == 7 && (bits & 8) ? 8 : number];
	if (number == 0)
		argv[argc++] = (char *)"--image";
	if (number == 1) {
		argv[argc++] = (char *)"--name";
		argv[argc++] = (char *)"mod_a";
		argv[argc++] = (char *)"--module";
	}
	argv[argc++] = (char *)fuzz_path(1, &files[1]);
	if (number == 0 && files[3].size) {
		argv[argc++] = (char *)"--symbols";
		argv[argc++] = (char *)fuzz_path(3, &files[3]);
	}
	if (number <= 1 && (bits & 8))
		argv[argc++] = (char *)"--skip-base-check";
	if (number == 3)
		argv[argc++] = (char *)"--sympos";
	if (number == 6) {
		argv[argc++] = (char *)"--symvers";
		argv[argc++] = (char *)fuzz_path(4, &files[4]);
	}
	argv[argc++] = (char *)"-o";
	argv[argc++] = (char *)fuzz_output();
	if (number <= 1)
		argv[argc++] = (char *)fuzz_path(2, &files[2]);
	argv[argc] = NULL;
	optind = 0;
	klp_place(argc, argv);
}
