/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a module takes from others and gives to them, with versions (CRCs, CONFIG_MODVERSIONS): the file of a module has
 * to agree with the Module.symvers of its build.
 */
#ifndef KLP_TARGET_VERSIONS_H
#define KLP_TARGET_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/vec.h"

struct arena;
struct diag;
struct elf_obj;
struct symvers;

struct versions_symbol {
	const char *name;
	uint64_t crc;
	bool has_crc; /* without CONFIG_MODVERSIONS it has none */
};

/* An entry of the module's `__versions`. */
struct versions_entry {
	uint64_t offset; /* bytes from the start of the section */
	const char *name;
	uint64_t crc; /* as it is there: the kernel compares all 64 bits */
};

/*
 * Reads the entry behind the one in *entry, or the first if that is zeros; false if there is none, or only a part of
 * one. The name is in arena.
 */
bool versions_next_entry(const struct elf_obj *module, struct arena *arena, struct versions_entry *entry);

struct versions {
	VEC(struct versions_symbol) takes; /* in the order of the file, as all of these */
	VEC(struct versions_symbol) gives;
	struct arena *arena; /* owns the strings */
};

/*
 * Reads both from a module, which must outlive the result. Returns 0 or -errno, reported. versions_free() frees it in
 * both cases.
 */
int versions_read(const struct elf_obj *module, struct versions *versions, struct diag *diag)
	__attribute__((warn_unused_result));
void versions_free(struct versions *versions);

/*
 * The first thing about the module of that name (the kernel's) that symvers has otherwise, as the rest of a sentence
 * that begins with the module; NULL if there is none.
 */
const char *versions_find_difference(const struct versions *versions, const struct symvers *symvers, const char *name);

#endif
