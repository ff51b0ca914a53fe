/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols in text: kallsyms, System.map, `readelf -sW`. */
#ifndef KLP_TARGET_SYMTAB_TEXT_H
#define KLP_TARGET_SYMTAB_TEXT_H

#include <stdio.h>

#include "target/wanted.h"

struct diag;
struct symtab;

/* As symtab_read_wanted() of an open file of kallsyms; the file stays open. */
int symtab_read_kallsyms(FILE *file, const char *path, name_wanted *wanted, const void *arg, struct symtab **result,
			 struct diag *diag) __attribute__((warn_unused_result));

#endif
