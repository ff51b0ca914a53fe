// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: options, ORIG.o, PATCHED.o, SYMTAB, SYMVERS, placement, layout, symbols of the kernel. */
#define main create_diff_object
#include "tools/create-diff-object.c"
#undef main

#include "target.h"

void fuzz_run(const struct fuzz_file *files)
{
	uint8_t bits = fuzz_option(files, 0);
	char *argv[24];
	int argc = 0;

	argv[argc++] = (char *)"create-diff-object";
	if (bits & 1)
		argv[argc++] = (char *)"--explain";
	if (bits & 2)
		argv[argc++] = (char *)"--debug";
	if (bits & 4)
		argv[argc++] = (char *)"--present";
	for (size_t i = 5; i < MAX_FILES; i++) {
		static const char *const options[] = {[5] = "--placement", [6] = "--layout", [7] = "--kernel"};

		if (!files[i].size)
			continue;
		argv[argc++] = (char *)options[i];
		argv[argc++] = (char *)fuzz_path(i, &files[i]);
	}
	argv[argc++] = (char *)fuzz_path(1, &files[1]);
	argv[argc++] = (char *)fuzz_path(2, &files[2]);
	argv[argc++] = (char *)(bits & 8 ? "mod" : "vmlinux");
	argv[argc++] = (char *)fuzz_path(3, &files[3]);
	argv[argc++] = (char *)fuzz_path(4, &files[4]);
	argv[argc++] = (char *)"test";
	argv[argc++] = (char *)fuzz_output();
	argv[argc] = NULL;
	optind = 0;
	create_diff_object(argc, argv);
}
