/* SPDX-License-Identifier: GPL-2.0-only */
/* Relocations of one section by offset: the order of a file is not that of its bytes. */
#ifndef KLP_PLACE_RELAS_H
#define KLP_PLACE_RELAS_H

#include "elf/model.h"

/* Sorts n pointers by the offset of their relocation. */
void relas_sort(const struct elf_rela **relas, uint32_t n);
/* The index of the first of n sorted ones at or behind offset (bytes from the start of the section); n: none. */
uint32_t relas_first(const struct elf_rela *const *relas, uint32_t n, uint64_t offset);

#endif
