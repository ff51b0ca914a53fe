/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target's modules, looked up in the directory that the user gave.
 */
#ifndef KLP_VERIFY_MODULES_H
#define KLP_VERIFY_MODULES_H

#include <stdbool.h>
#include <stdint.h>

struct verify;
struct verify_module;

/*
 * A module by its kernel name, or NULL: no directory given, or not found there (noted as skipped). Valid until another
 * module is looked for.
 */
const struct verify_module *verify_find_module(struct verify *v, const char *module);
/*
 * Looks for (symbol, sympos) in a module as the kernel does. Returns NULL if it is there, or if that can't be
 * told, else what is wrong.
 */
const char *verify_find_in_module(struct verify *v, const char *module, const char *symbol, uint64_t sympos);
/*
 * Does a table of pointers in the module (`__mcount_loc`) have one into the symbol, or to its very start? id is that of
 * a counted symbol of the module.
 */
bool verify_module_lists(const struct verify_module *module, const char *table, uint32_t id, bool only_start);
/* Frees all modules. */
void verify_free_modules(struct verify *v);

#endif
