// SPDX-License-Identifier: GPL-2.0-only
/* The frame of programs. */
#include "tools/command.h"

#include <stdio.h>
#include <string.h>

#include "util/fold.h"
#include "util/output.h"

enum exit_code command_printed(const char *name)
{
	int err = output_flush(stdout);

	if (!err)
		return EXIT_CODE_OK;
	fold_printf(stderr, "%s: error: can't write to standard output: %s", name, strerror(-err));
	return EXIT_CODE_ERROR;
}

static const char *status_word(int code)
{
	return code == EXIT_CODE_OK          ? "written"
	       : code == EXIT_CODE_UNCHANGED ? "unchanged"
	       : code == EXIT_CODE_REFUSED   ? "refused"
					     : "error";
}

int command_report_open(const char *path, struct output *report, struct diag *diag)
{
	int err = path ? output_open(report, path, diag) : 0;

	diag->report = report->file;
	return err;
}

int command_report_close(struct output *report, int code, struct diag *diag)
{
	if (!report->file)
		return code;
	fprintf(report->file, "status\t%s\n", status_word(code));
	diag->report = NULL;
	return output_close(report, 0, diag) ? EXIT_CODE_ERROR : code;
}

enum exit_code command_misused(char **argv, const char *what)
{
	fold_printf(stderr, "%s: error: %s; try --help", argv[0], what);
	return EXIT_CODE_ERROR;
}

enum exit_code command_help(const struct command *command, char **argv)
{
	const char *options = strchr(command->usage, '\n');
	int length = options ? (int)(options - command->usage) : (int)strlen(command->usage);

	fold_printf(stdout, "usage: %s %.*s\n%s%s\n\n%s", argv[0], length, command->usage, command->summary,
		    strchr(command->summary, '?') ? "" : ".", options ? options + 1 : "");
	return command_printed(argv[0]);
}

static enum exit_code list(const char *program, const struct command *commands)
{
	printf("usage: %s COMMAND ...\n\n", program);
	for (const struct command *command = commands; command->name; command++)
		fold_printf(stdout, "  %-12s  %s", command->name, command->summary);
	fold_printf(stdout, "\n'%s COMMAND --help' describes a command.", program);
	return command_printed(program);
}

enum exit_code command_main(const char *program, const struct command *commands, int argc, char **argv)
{
	char name[64];

	if (argc < 2) {
		fold_printf(stderr, "%s: error: no command given; try --help", program);
		return EXIT_CODE_ERROR;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return list(program, commands);
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(command->name, argv[1]))
			continue;
		snprintf(name, sizeof(name), "%s %s", program, command->name);
		argv[1] = name;
		output_begin();
		return command->run(command, argc - 1, argv + 1);
	}
	fold_printf(stderr, "%s: error: '%s' is not a command; try --help", program, argv[1]);
	return EXIT_CODE_ERROR;
}
