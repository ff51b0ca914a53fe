/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of klp-link, and how they name objects. */
#ifndef KLP_TOOLS_LINK_COMMANDS_H
#define KLP_TOOLS_LINK_COMMANDS_H

#include "tools/command.h"

/* Takes "MODULE:FILE" apart in place: returns FILE, and stores MODULE. NULL: it has not that form. */
const char *link_split(char *text, const char **module);

/* link-symbols.c */
enum exit_code link_symbols_run(const struct command *command, int argc, char **argv);
enum exit_code link_made_global_run(const struct command *command, int argc, char **argv);
/* link-modules.c */
enum exit_code link_versions_run(const struct command *command, int argc, char **argv);
enum exit_code link_exports_run(const struct command *command, int argc, char **argv);

#endif
