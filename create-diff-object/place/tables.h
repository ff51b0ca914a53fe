/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables that say what the kernel rewrites in its text, or where it continues after a fault: does the target have
 * the same entries for the functions of the object, and no others?
 */
#ifndef KLP_PLACE_TABLES_H
#define KLP_PLACE_TABLES_H

#include <stdbool.h>

#include "place/place.h"

/*
 * Looks for the entries of every table whose functions have a place, and follows them; a function whose entries
 * differ does not match any more. Returns whether a section got its place by that (`.altinstr_replacement`).
 */
bool tables_follow(struct base_check *check);

#endif
