/* SPDX-License-Identifier: GPL-2.0-only */
/* Relocations of one section by offset: the order of a file is not that of its bytes. */
#ifndef KLP_OBJECT_RELAS_H
#define KLP_OBJECT_RELAS_H

#include <stdint.h>

#include "elf/model.h"

struct arena;

struct relas {
	const struct elf_rela **v; /* in order of offset, those of one place in that of the file; NULL: not made */
	uint32_t n;
};

/* The relocations of a section; memory of arena. */
struct relas relas_sorted(const struct elf_sec *sec, struct arena *arena);
/* The same without those that do nothing (R_*_NONE: objtool makes one of each call that it removes). */
struct relas relas_sorted_writing(const struct elf_sec *sec, const struct arch_ops *arch, struct arena *arena);
/* The index of the first one at or behind offset (bytes from the start of the section); n: none. */
uint32_t relas_first(const struct relas *relas, uint64_t offset);

#endif
