/* SPDX-License-Identifier: GPL-2.0-only */
/* For those that read symbols from somewhere: they fill records, and symtab_index() makes a table of them. */
#ifndef KLP_TARGET_SYMTAB_MAKE_H
#define KLP_TARGET_SYMTAB_MAKE_H

#include "target/symtab.h"
#include "util/vec.h"

typedef VEC(struct symtab_sym) symtab_symbols;

/* An empty table, whose strings go into its arena. The caller frees with symtab_free(). */
struct symtab *symtab_new(const char *path);
/* Local symbols stand behind the FILE symbol of their translation unit; global ones come after all of them. */
void symtab_assign_files(symtab_symbols *syms);
/*
 * Decides which records the kernel counts, and in what order. counted: one flag per symbol, whether the kernel sees it.
 * The records are moved into the table.
 */
void symtab_index(struct symtab *tab, symtab_symbols *syms, const bool *counted);

#endif
