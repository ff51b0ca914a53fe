/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of the engine. Every message has the form `file: place: word: what; hint`, on one line, and is
 * printed once, where the fact is known; callers pass the error code on in silence.
 *
 * Errors (broken input, no memory, no file) stop the run at once. Refusals (the change can't be livepatched)
 * are collected: a pass reports all it finds, and the caller stops at diag_checkpoint(), so that the author of
 * a patch sees every reason in one run.
 */
#ifndef KLP_UTIL_DIAG_H
#define KLP_UTIL_DIAG_H

#include <stdint.h>
#include <stdio.h>

enum diag_level {
	DIAG_NOTE,
	DIAG_WARNING,
	DIAG_REFUSAL,
	DIAG_UNPROVED, /* a refusal whose text says all; printed without a word before it */
	DIAG_ERROR,
};

struct diag {
	FILE *out;             /* where messages go, not owned; NULL: nowhere (they are only counted) */
	unsigned int warnings; /* counts so far */
	unsigned int refusals;
	unsigned int errors;
};

/* Exit codes of every C tool; man pages list them. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_ERROR = 1,
	EXIT_CODE_REFUSED = 2,   /* can't be livepatched, not proved, a rule is broken */
	EXIT_CODE_UNCHANGED = 3, /* create-diff-object: nothing changed, no file written */
};

/*
 * Prints one message and counts it. file may be NULL; place (a symbol, "section+0xoff", "line 7") may be NULL.
 * Returns -EINVAL for DIAG_ERROR, -EPERM for DIAG_REFUSAL and DIAG_UNPROVED, 0 otherwise, so that a caller can return it.
 */
int diag_report(struct diag *diag, enum diag_level level, const char *file, const char *place, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#define diag_error(diag, file, place, ...)  diag_report(diag, DIAG_ERROR, file, place, __VA_ARGS__)
#define diag_refuse(diag, file, place, ...) diag_report(diag, DIAG_REFUSAL, file, place, __VA_ARGS__)
#define diag_warn(diag, file, place, ...)   diag_report(diag, DIAG_WARNING, file, place, __VA_ARGS__)

/* Returns -EINVAL if an error was reported, -EPERM if only refusals were, else 0. */
int diag_checkpoint(const struct diag *diag);
/* The exit code for a run that ended with err (0 or -errno). */
enum exit_code diag_exit_code(const struct diag *diag, int err);

#endif
