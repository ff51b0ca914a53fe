/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two small objects of one source for the passes of diff/ and klp/, described instruction by instruction.
 *
 * Each function and each variable has a section of its own, as -ffunction-sections and -fdata-sections make it, and
 * local variables are referred to by their section, as the assembler does it.
 */
#ifndef TEST_UNIT_PAIR_FIXTURE_H
#define TEST_UNIT_PAIR_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "diff/correlate.h"
#include "elf/model.h"
#include "object/side.h"
#include "util/diag.h"

struct elf_out;
struct maker;

/* What a builder has, as the engine reads it; frees out. */
struct elf_obj *object_of(struct elf_out *out);

/* What follows goes to the end of the last section of this name, or of a new one. flags: SHF_* */
void maker_section(struct maker *maker, const char *name, uint64_t flags);
/*
 * Names the place where the section ends now. A function goes on to the next section or symbol, a variable for size
 * bytes.
 */
void maker_symbol(struct maker *maker, const char *name, uint8_t type, uint8_t bind, uint64_t size);
void maker_bytes(struct maker *maker, const void *bytes, size_t size);
/* A field of four or eight bytes that a relocation fills in. target: a symbol, undefined if nothing names it. */
void maker_field(struct maker *maker, uint32_t type, const char *target, int64_t addend);

/* A section .text.NAME with the function, or .data.NAME (.bss.NAME if bytes is NULL) with the variable; STB_* */
void maker_function(struct maker *maker, const char *name, uint8_t bind);
void maker_variable(struct maker *maker, const char *name, uint8_t bind, const void *bytes, size_t size);
/*
 * Instructions: call function; mov variable(%rip),%eax; mov %eax,variable(%rip); mov $number,%esi; mov $text,%rdi; ret
 */
void maker_call(struct maker *maker, const char *function);
void maker_load(struct maker *maker, const char *variable);
void maker_store(struct maker *maker, const char *variable);
void maker_number(struct maker *maker, uint32_t number);
void maker_text(struct maker *maker, const char *text);
void maker_return(struct maker *maker);

struct pair {
	struct elf_obj *obj[2];
	struct side orig, patched;
	struct corr *corr;
	struct diag diag; /* its messages go to the next one */
	char *messages;
	size_t messages_size;
};

/* Describes one side of a pair; maker_arg() is what pair_make() was given for it. */
typedef void side_builder(struct maker *maker, bool is_patched);

const void *maker_arg(const struct maker *maker);
/* Makes both sides; they are the caller's. source NULL: they have no STT_FILE symbol. */
void pair_make(struct elf_obj *objs[2], const char *source, side_builder *build, const void *arg);
/* Makes both sides of a.c, and pairs them. */
void pair_build(struct pair *pair, side_builder *build, const void *arg);
/* Takes the objects over, and pairs them. */
void pair_open(struct pair *pair, struct elf_obj *orig, struct elf_obj *patched);
void pair_close(struct pair *pair);
/* What was reported so far. */
const char *pair_messages(struct pair *pair);
/* The piece that a symbol names; fails the test if there is none. */
uint32_t pair_piece(const struct side *side, const char *name);

/* How two pieces are paired: fails the test if it is otherwise. orig NULL: the patched one is new. */
void expect_pair(const struct pair *pair, const char *orig, const char *patched, enum corr_rule rule);
/* The same for CORR_AMBIGUOUS; other is the other original piece that is possible. */
void expect_ambiguous(const struct pair *pair, const char *orig, const char *patched, const char *other);
void expect_removed(const struct pair *pair, const char *orig);

#endif
