/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of klp-place. */
#ifndef KLP_TOOLS_PLACE_COMMANDS_H
#define KLP_TOOLS_PLACE_COMMANDS_H

#include "tools/command.h"

/* place-object.c */
enum exit_code place_object_run(const struct command *command, int argc, char **argv);
/* place-image.c: what an image tells of itself */
enum exit_code place_kallsyms_run(const struct command *command, int argc, char **argv);
enum exit_code place_exports_run(const struct command *command, int argc, char **argv);
enum exit_code place_layout_run(const struct command *command, int argc, char **argv);
enum exit_code place_facts_run(const struct command *command, int argc, char **argv);
enum exit_code place_elf_run(const struct command *command, int argc, char **argv);
enum exit_code place_reader_run(const struct command *command, int argc, char **argv);

#endif
