/* SPDX-License-Identifier: GPL-2.0-only */
/* A text file that is read line by line: number of the line for messages, errors of reading, no size limit. */
#ifndef KLP_UTIL_INPUT_H
#define KLP_UTIL_INPUT_H

#include <stdbool.h>
#include <stdio.h>

struct diag;

struct input {
	FILE *file;
	const char *path;    /* not owned */
	char *line;          /* of this reader, until the next one */
	size_t capacity;     /* bytes of line */
	unsigned int number; /* of line, from 1 */
	bool is_text;        /* no line so far has a NUL byte */
	char place[24];      /* of input_place() */
};

/* Returns 0 or -errno, reported. */
int input_open(struct input *input, const char *path, struct diag *diag) __attribute__((warn_unused_result));
/* The same for a file that is open already; input_end() leaves it so. */
void input_begin(struct input *input, FILE *file, const char *path);
/* The next line without its newline; NULL: there is none, or it can't be read, which input_end() tells. */
char *input_line(struct input *input);
/* "line NUMBER" of the last line, for diag_error(); good until the next call. */
const char *input_place(struct input *input);
/* Both give back err, or if that is 0, -errno of what could not be read (a directory, a NUL byte), reported. */
int input_end(struct input *input, int err, struct diag *diag) __attribute__((warn_unused_result));
int input_close(struct input *input, int err, struct diag *diag) __attribute__((warn_unused_result));

#endif
