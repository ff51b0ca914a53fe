/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The special tables of x86 kernels 5.10 to 6.12, one row each.
 */
#ifndef KLP_SPECIAL_TABLE_H
#define KLP_SPECIAL_TABLE_H

#include <stdint.h>

#include "diff/entries.h"

/* Returns the row of a section, or NULL if it is not a special table. */
const struct special_row *special_find_row(const char *section);
/* The rows, for iterating; returns how many. */
uint32_t special_rows(const struct special_row **rows);

#endif
