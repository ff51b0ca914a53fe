/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share. An input is a row of files, each with its length in four bytes before it: the arguments
 * of one run of a tool. The tool's own main() is called, in this process, with paths of files that are only in memory.
 */
#ifndef TEST_FUZZ_TARGET_H
#define TEST_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

#define MAX_FILES 8

struct fuzz_file {
	const uint8_t *bytes;
	size_t size;
};

/* Takes an input apart; what it lacks is empty. */
void fuzz_files(const uint8_t *input, size_t size, struct fuzz_file *files);
/* The first file holds options; this is its byte of that number, 0 if it has none. */
uint8_t fuzz_option(const struct fuzz_file *files, size_t number);
/* The path of a file with these bytes; slot says which of the files of this process it is. */
const char *fuzz_path(size_t slot, const struct fuzz_file *file);
/* That file is to be a real one, in the directory below: "modules/mod_b.ko". Only before its first use. */
void fuzz_name(size_t slot, const char *name);
/* A directory for such files, which is removed at the end. */
const char *fuzz_directory(void);
/* The path of an empty file, for the output. */
const char *fuzz_output(void);

/* Each target has one: runs the tool once. */
void fuzz_run(const struct fuzz_file *files);

#endif
