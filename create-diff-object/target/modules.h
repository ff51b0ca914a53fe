/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target's modules, as files below a directory: `nf-tables.ko.xz` is the module nf_tables.
 */
#ifndef KLP_TARGET_MODULES_H
#define KLP_TARGET_MODULES_H

#include <stdbool.h>

/* Is this file the one? */
typedef bool modules_take(void *arg, const char *path);
/*
 * Offers all files of that module below dir, until one is taken: beside the module may lie a copy that is cut off, or
 * its debug information. Returns whether one was.
 */
bool modules_find(const char *dir, const char *name, modules_take *take, void *arg);

#endif
