/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The symbols of the target's modules, looked up in the directory that the user gave.
 */
#ifndef KLP_VERIFY_MODULES_H
#define KLP_VERIFY_MODULES_H

#include <stdint.h>

struct verify;
struct symtab;

/* The symbols of a module by its kernel name, or NULL: no directory given, or not found there (noted as skipped). */
const struct symtab *verify_module_symbols(struct verify *v, const char *module);
/*
 * Looks for (symbol, position) in a module as the kernel does. Returns NULL if it is there, or if that can't be
 * told, else what is wrong.
 */
const char *verify_find_in_module(struct verify *v, const char *module, const char *symbol, uint64_t position);
/* Frees the tables of all modules. */
void verify_free_modules(struct verify *v);

#endif
