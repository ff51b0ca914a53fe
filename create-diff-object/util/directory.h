/* SPDX-License-Identifier: GPL-2.0-only */
/* Directories, whose names are never followed if they are links. */
#ifndef KLP_UTIL_DIRECTORY_H
#define KLP_UTIL_DIRECTORY_H

#include <dirent.h>
#include <stdbool.h>

/* Is it an entry that each directory has ("." and "..")? */
bool is_dot_entry(const char *name);
/* Returns a file descriptor, or -1 with errno. */
int directory_open(const char *path);
/* The same below the directory dir, as a stream; the caller closes it. Returns 0, or -errno. */
int directory_stream(int dir, const char *name, DIR **stream);
/* Removes a file below the directory dir, or a directory with all that is in it. Returns 0, or -errno. */
int directory_remove(int dir, const char *name);

#endif
