// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: options, MODULE.ko, the kernel's image, Module.symvers, kallsyms, a module of the kernel. */
#define main klp_verify
#include "tools/klp-verify.c"
#undef main

#include <stdlib.h>
#include <unistd.h>

#include "target.h"

static char modules[] = "/dev/shm/klp-fuzz.XXXXXX";

static void remove_modules(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/mod_b.ko", modules);
	unlink(path);
	rmdir(modules);
}

/* A directory whose only module is the file. */
static char *modules_path(const struct fuzz_file *file)
{
	static bool made;
	char path[64];

	if (!made) {
		if (!mkdtemp(modules))
			abort();
		atexit(remove_modules);
		made = true;
		snprintf(path, sizeof(path), "%s/mod_b.ko", modules);
		fuzz_name(5, path);
	}
	fuzz_path(5, file);
	return modules;
}

void fuzz_run(const struct fuzz_file *files)
{
	uint8_t bits = fuzz_option(files, 0);
	char *argv[16];
	int argc = 0;

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
		argv[argc++] = (char *)"--modules";
		argv[argc++] = modules_path(&files[5]);
	}
	if (bits & 1)
		argv[argc++] = (char *)"--json";
	argv[argc] = NULL;
	optind = 0;
	klp_verify(argc, argv);
}
