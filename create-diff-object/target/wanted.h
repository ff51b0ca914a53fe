/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel has 160,000 symbols and 30,000 exports, and what is done with an object concerns a few. Readers that get
 * such a function leave out what it does not want, so the object decides what they take, not the kernel.
 */
#ifndef KLP_TARGET_WANTED_H
#define KLP_TARGET_WANTED_H

#include <stdbool.h>

/* Will somebody look this name up? */
typedef bool name_wanted(const void *arg, const char *name);

#endif
