/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver has to know of an object, a module or an image: data, so that it reads no listing that is made for
 * people.
 */
#ifndef KLP_TARGET_FACTS_H
#define KLP_TARGET_FACTS_H

#include <stdio.h>

struct elf_obj;

/* Prints a record for each fact, tabs between its fields. The manual page of klp-place lists them. */
void facts_write(const struct elf_obj *obj, FILE *out);

#endif
