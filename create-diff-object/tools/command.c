// SPDX-License-Identifier: GPL-2.0-only
/* The frame of programs with commands. */
#include "tools/command.h"

#include <stdio.h>
#include <string.h>

#include "util/output.h"

enum exit_code command_printed(const char *name)
{
	int err = output_flush(stdout);

	if (!err)
		return EXIT_CODE_OK;
	fprintf(stderr, "%s: error: can't write to standard output: %s\n", name, strerror(-err));
	return EXIT_CODE_ERROR;
}

enum exit_code command_misused(char **argv, const char *what)
{
	fprintf(stderr, "%s: error: %s; try --help\n", argv[0], what);
	return EXIT_CODE_ERROR;
}

enum exit_code command_help(const struct command *command, char **argv)
{
	const char *options = strchr(command->usage, '\n');
	int length = options ? (int)(options - command->usage) : (int)strlen(command->usage);

	printf("usage: %s %.*s\n%s.\n\n%s", argv[0], length, command->usage, command->summary,
	       options ? options + 1 : "");
	return command_printed(argv[0]);
}

static enum exit_code list(const char *program, const struct command *commands)
{
	printf("usage: %s COMMAND ...\n\n", program);
	for (const struct command *command = commands; command->name; command++)
		printf("  %-10s %s\n", command->name, command->summary);
	printf("\n'%s COMMAND --help' tells how a command is used.\n", program);
	return command_printed(program);
}

enum exit_code command_main(const char *program, const struct command *commands, int argc, char **argv)
{
	char name[64];

	if (argc < 2) {
		fprintf(stderr, "%s: error: no command given; try --help\n", program);
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
	fprintf(stderr, "%s: error: '%s' is no command; try --help\n", program, argv[1]);
	return EXIT_CODE_ERROR;
}
