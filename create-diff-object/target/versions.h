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
