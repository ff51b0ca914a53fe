// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz target: command, two objects or modules, Module.symvers, a module of the kernel, a placement. */
#define main klp_link
#include "tools/klp-link.c"
#undef main

#include <getopt.h>
#include <stdio.h>

#include "target.h"

/* By the first file's low bits; test/fuzz/run has seeds for each. */
enum command_number { SYMBOLS, PART, MADE_GLOBAL, VERSIONS, EXPORTS, COMMANDS };

/* "NAME:PATH", where the tool may take it apart. */
static char *pair(char *text, size_t size, const char *name, const char *path)
{
	snprintf(text, size, "%s:%s", name, path);
	return text;
}

/* The same object twice: what is found in one is told to the other. */
static int add_made_global(const struct fuzz_file *files, char **argv, char texts[2][128])
{
	static const char *const options[] = {"--orig", "--patched", "--placements"};
	static const size_t file_of[] = {1, 2, 5};
	static char dirs[3][64];
	int argc = 0;

	for (size_t i = 0; i < 3; i++) {
		fuzz_path(5 + i, &files[file_of[i]]);
		snprintf(dirs[i], sizeof(dirs[i]), "%s/%s", fuzz_directory(), options[i] + 2);
		argv[argc++] = (char *)options[i];
		argv[argc++] = dirs[i];
	}
	for (size_t i = 0; i < 2; i++)
		argv[argc++] = pair(texts[i], sizeof(texts[i]), "mod_b", "a.o");
	return argc;
}

void fuzz_run(const struct fuzz_file *files)
{
	static const char *const names[COMMANDS] = {"symbols", "symbols", "made-global", "versions", "exports"};
	uint8_t bits = fuzz_option(files, 0);
	enum command_number number = (bits & 7) % COMMANDS;
	char texts[2][128], *argv[16];
	static bool prepared;
	int argc = 0;

	if (!prepared) {
		fuzz_name(4, "modules/mod_b.ko");
		fuzz_name(5, "orig/a.o");
		fuzz_name(6, "patched/a.o");
		fuzz_name(7, "placements/a.place");
		prepared = true;
	}
	argv[argc++] = (char *)"klp-link";
	argv[argc++] = (char *)names[number];
	if (number == MADE_GLOBAL) {
		argc += add_made_global(files, argv + argc, texts);
	} else {
		if (number != EXPORTS) {
			argv[argc++] = (char *)"--symvers";
			argv[argc++] = (char *)fuzz_path(3, &files[3]);
			argv[argc++] = (char *)"--release";
			argv[argc++] = (char *)"6.99.0-test";
		}
		if (number <= PART && files[4].size) {
			fuzz_path(4, &files[4]);
			argv[argc++] = (char *)"--modules";
			argv[argc++] = (char *)fuzz_directory();
		}
		if (number == PART) {
			argv[argc++] = (char *)"--part";
			argv[argc++] = (char *)"mod_b";
		}
		argv[argc++] =
			pair(texts[0], sizeof(texts[0]), bits & 8 ? "mod_a" : "vmlinux", fuzz_path(1, &files[1]));
		if (files[2].size)
			argv[argc++] = pair(texts[1], sizeof(texts[1]), "mod_b", fuzz_path(2, &files[2]));
	}
	argv[argc] = NULL;
	optind = 0;
	klp_link(argc, argv);
}
