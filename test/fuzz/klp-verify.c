// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: options, MODULE.ko, the kernel's image, Module.symvers, kallsyms, a module of the kernel. */
#define main klp_verify
#include "tools/klp-verify.c"
#undef main

#include "target.h"

void fuzz_run(const struct fuzz_file *files)
{
	uint8_t bits = fuzz_option(files, 0);
	static bool named;
	char *argv[16];
	int argc = 0;

	if (!named)
		fuzz_name(5, "mod_b.ko");
	named = true;
	argv[argc++] = (char *)"klp-verify";
	argv[argc++] = (char *)fuzz_path(1, &files[1]);
	argv[argc++] = (char *)"--vmlinux";
	argv[argc++] = (char *)fuzz_path(2, &files[2]);
	argv[argc++] = (char *)"--symvers";
	argv[argc++] = (char *)fuzz_path(3, &files[3]);
	if (files[4].size) {
		argv[argc++] = (char *)"--symbols";
		argv[argc++] = (char *)fuzz_path(4, &files[4]);
	}
	if (files[5].size) {
		fuzz_path(5, &files[5]);
		argv[argc++] = (char *)"--modules";
		argv[argc++] = (char *)fuzz_directory();
	}
	if (bits & 1)
		argv[argc++] = (char *)"--json";
	argv[argc] = NULL;
	optind = 0;
	klp_verify(argc, argv);
}
