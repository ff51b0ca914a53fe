/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs share: the report for other programs, and commands.
 *
 * A program whose first argument says what it is to do. Each command is a row of a table: name, what it does, how it is
 * used, and its function, which reads the rest of the command line.
 */
#ifndef KLP_TOOLS_COMMAND_H
#define KLP_TOOLS_COMMAND_H

#include "util/diag.h"

struct output;

struct command {
	const char *name;    /* NULL ends a table */
	const char *summary; /* what it does, in a line of the program's help */
	const char *usage;   /* its arguments, a line; then a line for each option */
	/* argv[0] is "PROGRAM NAME", for messages. */
	enum exit_code (*run)(const struct command *command, int argc, char **argv);
};

/* For main(): finds the command and runs it, or helps. */
enum exit_code command_main(const char *program, const struct command *commands, int argc, char **argv);
/* Prints the help of one command, for its --help. */
enum exit_code command_help(const struct command *command, char **argv);
/*
 * Opens the report that was asked for (path NULL: none), so that diag's records go there. Returns 0 or -errno,
 * reported.
 */
int command_report_open(const char *path, struct output *report, struct diag *diag) __attribute__((warn_unused_result));
/* Ends it with the record "status", and returns the exit code: code, if all of it could be written. */
int command_report_close(struct output *report, int code, struct diag *diag);
/* A command line that makes no sense: says so, and where help is. */
enum exit_code command_misused(char **argv, const char *what);
/* What came of a command that printed to standard output: EXIT_CODE_OK, if all of it has arrived. */
enum exit_code command_printed(const char *name);

#endif
