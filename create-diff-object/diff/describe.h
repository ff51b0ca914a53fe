/* SPDX-License-Identifier: GPL-2.0-only */
/* Code and references of an object as text, for explanations. Buffers are cut off where they are too small. */
#ifndef KLP_DIFF_DESCRIBE_H
#define KLP_DIFF_DESCRIBE_H

#include "object/side.h"

/* A buffer of that many bytes is large enough for most. */
#define DESCRIBE_MAX 256

/*
 * What a reference means, as a reader would name it: `printk`, `"%s: failed\n"`, `table+0x10`, `+0x4a` inside of piece
 * from.
 */
void describe_ref(const struct side *side, uint32_t from, const struct ref *ref, char *text, size_t size);

/*
 * The instruction at offset of the section of piece from, as the assembler has it, with names for what is relocated.
 * Returns its length in bytes; of what is no instruction it shows one byte.
 */
uint32_t describe_insn(const struct side *side, uint32_t from, uint64_t offset, char *text, size_t size);

/* The same without its numbers: equal for instructions that differ in nothing but those. */
uint32_t describe_form(const struct side *side, uint32_t from, uint64_t offset, char *text, size_t size);

#endif
