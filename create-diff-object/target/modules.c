// SPDX-License-Identifier: GPL-2.0-only
/* See modules.h. */
#include "target/modules.h"

#include <fts.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kernel/module.h"

static bool is_regular_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

bool modules_find(const char *dir, const char *name, modules_take *take, void *arg)
{
	char *const roots[] = {(char *)(uintptr_t)dir, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	bool found = false;
	FTSENT *entry;

	if (!tree)
		return false;
	while (!found && (entry = fts_read(tree)))
		found = module_name_is_of_file(entry->fts_name, name) && is_regular_file(entry->fts_path) &&
			take(arg, entry->fts_path);
	fts_close(tree);
	return found;
}
