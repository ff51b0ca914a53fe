/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An output file that is there when it is complete, or not at all: a temporary file beside it that is renamed at the
 * end, with the mode that umask leaves. What is no regular file (/dev/null, a pipe, a symbolic link) is written to
 * directly, never replaced.
 */
#ifndef KLP_UTIL_OUTPUT_H
#define KLP_UTIL_OUTPUT_H

#include <stdio.h>

struct diag;

struct output {
	FILE *file;       /* to write to; the first error of it is reported by output_close() */
	const char *path; /* not owned */
	char *temp;       /* owned; NULL: the file is written directly */
};

/* For main(): a file that gets too large (ulimit -f) is an error of write(), so that what was begun is removed. */
void output_begin(void);
/* Returns 0 or -errno, reported. */
int output_open(struct output *output, const char *path, struct diag *diag) __attribute__((warn_unused_result));
/* Completes the file if err is 0 and all was written, else removes it. Returns err, or -errno, reported. */
int output_close(struct output *output, int err, struct diag *diag) __attribute__((warn_unused_result));
/*
 * Has all arrived that was printed to file (standard output)? Returns 0 or -errno, not reported: callers say what is
 * lost.
 */
int output_flush(FILE *file) __attribute__((warn_unused_result));

#endif
