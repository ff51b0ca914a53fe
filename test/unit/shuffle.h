/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same object with its sections and symbols in another order. What the order means stays: sections of one name keep
 * theirs (the linker puts them one behind the other), and so do the symbols of files (each opens the group of its own),
 * which come first.
 */
#ifndef TEST_UNIT_SHUFFLE_H
#define TEST_UNIT_SHUFFLE_H

#include <stdint.h>

#include "elf/model.h"

/* The same seed gives the same order; each other one another. Fails the test if the object can't be written. */
void shuffle_write(const struct elf_obj *obj, uint64_t seed, const char *path);

#endif
