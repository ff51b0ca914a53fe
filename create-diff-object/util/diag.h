/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of the engine. Every message has the form `file: place: word: what; hint`, folded to the terminal's width
 * (fold.h), and is printed once, where the fact is known; callers pass the error code on in silence.
 *
 * Errors (broken input, no memory, no file) stop the run at once. Refusals (the change can't be livepatched)
 * are collected: a pass reports all it finds, and the caller stops at diag_checkpoint(), so that the author of
 * a patch sees every reason in one run.
 *
 * A refusal names its rule (rules.h), which stands in brackets behind the text. Of some rules the author may accept a
 * refusal by rule and place (--accept): then it is a warning, and diag_refuse() returns 0.
 */
#ifndef KLP_UTIL_DIAG_H
#define KLP_UTIL_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/rules.h"
#include "util/vec.h"

enum diag_level {
	DIAG_NOTE,
	DIAG_WARNING,
	DIAG_ACCEPTED, /* what would be a refusal or a warning, had its rule and place not been accepted */
	DIAG_REFUSAL,
	DIAG_DIFFERS, /* a refusal whose text says all; printed without a word before it */
	DIAG_ERROR,
};

struct diag_accept {
	enum rule rule;
	const char *name; /* the place of what is accepted; not owned */
	bool used;
};

/* Called once for each hunk of the patch that is found: `hunk` of `file` ("@@ -10,7 +10,8 @@", "fs/isofs/inode.c"). */
typedef void diag_tell_hunk(void *arg, const char *file, const char *hunk);
/* Finds the hunks that touch the place of a refusal. */
typedef void diag_find_hunks(void *arg, const char *place, diag_tell_hunk *tell, void *tell_arg);

struct diag {
	FILE *out;                       /* where messages go, not owned; NULL: nowhere (they are only counted) */
	FILE *report;                    /* where records go (--report), not owned; NULL: nowhere */
	VEC(struct diag_accept) accepts; /* zeroed memory has none; see diag_free() */
	diag_find_hunks *find_hunks;     /* so that a refusal names them; NULL: they are not known */
	void *hunks;                     /* its first argument; not owned */
	unsigned int warnings;           /* counts so far */
	unsigned int refusals;
	unsigned int errors;
};

/* Exit codes of every C tool; man pages list them. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_ERROR = 1,
	EXIT_CODE_REFUSED = 2,   /* can't be livepatched, the base differs, a rule is violated */
	EXIT_CODE_UNCHANGED = 3, /* create-diff-object: nothing changed, no file written */
};

/*
 * Prints one message and counts it. file may be NULL; place (a symbol, "section+0xoff", "line 7") may be NULL.
 * Returns -EINVAL for DIAG_ERROR, -EPERM for DIAG_REFUSAL and DIAG_DIFFERS, 0 otherwise, so that a caller can return
 * it; 0 too if a refusal was accepted, which only a rule that may be accepted can be.
 */
int diag_report(struct diag *diag, enum diag_level level, enum rule rule, const char *file, const char *place,
		const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#define diag_error(diag, file, place, ...)        diag_report(diag, DIAG_ERROR, RULE_NONE, file, place, __VA_ARGS__)
#define diag_refuse(diag, rule, file, place, ...) diag_report(diag, DIAG_REFUSAL, rule, file, place, __VA_ARGS__)
#define diag_warn(diag, rule, file, place, ...)   diag_report(diag, DIAG_WARNING, rule, file, place, __VA_ARGS__)

/*
 * A record of its own kind, where --report asks for them: what a program needs to know of a refusal, apart from its
 * text.
 */
void diag_record(const struct diag *diag, const char *kind, enum rule rule, const char *place, const char *what);

/* Takes RULE:NAME (which must live as long as diag). Returns 0, or -EINVAL, reported, if that can't be accepted. */
int diag_accept(struct diag *diag, const char *text);
/* For what is made otherwise if the author accepted something; does not count as a use. */
bool diag_is_accepted(const struct diag *diag, enum rule rule, const char *name);
/* At the end of a run. */
void diag_warn_unused_accepts(struct diag *diag);
void diag_free(struct diag *diag);

/* Returns -EINVAL if an error was reported, -EPERM if only refusals were, else 0. */
int diag_checkpoint(const struct diag *diag);
/* The exit code for a run that ended with err (0 or -errno). */
enum exit_code diag_exit_code(const struct diag *diag, int err);

#endif
