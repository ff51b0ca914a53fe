/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch may take the `static` off a function or variable to use it in another file. There it is an undefined symbol,
 * which the kernel only has as a local one. Its place is known from the object that defines it, and is told to the
 * others.
 */
#ifndef KLP_PLACE_MADE_GLOBAL_H
#define KLP_PLACE_MADE_GLOBAL_H

#include "util/vec.h"

struct elf_obj;
struct placement;
struct placement_record;

typedef VEC(const struct placement_record *) made_global_vec;

/* Fills found with the records of what is local in the original and global in the patched object. */
void made_global_find(const struct elf_obj *orig, const struct elf_obj *patched, const struct placement *placement,
		      made_global_vec *found);

#endif
