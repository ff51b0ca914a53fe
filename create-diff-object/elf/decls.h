/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the source declares what has a name: functions, variables that exist at run time, structures, unions,
 * enumerations and typedefs, by the debug information (DWARF 5, 2.14, DW_AT_decl_file and DW_AT_decl_line).
 */
#ifndef KLP_ELF_DECLS_H
#define KLP_ELF_DECLS_H

#include <stdint.h>

struct decl {
	const char *name;
	const char *file; /* as the compiler was given it, or found it */
	int line;         /* from 1 */
};

struct debug_info;
struct decls;

/* debug must outlive the result, and may be NULL: then so is it. The caller frees with decls_free(). */
struct decls *decls_new(const struct debug_info *debug);
/* NULL is allowed. */
void decls_free(struct decls *decls);

/* Those with this name, each place once: stores the first and returns how many. decls may be NULL: none. */
uint32_t decls_find(const struct decls *decls, const char *name, const struct decl **first);

#endif
