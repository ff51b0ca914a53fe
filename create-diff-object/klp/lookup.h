/* SPDX-License-Identifier: GPL-2.0-only */
/* Which symbol of the target a name of the compiled object stands for. */
#ifndef KLP_KLP_LOOKUP_H
#define KLP_KLP_LOOKUP_H

#include "klp/plan.h"

/* A symbol of the target object. */
struct found {
	const char *name;
	uint32_t sympos;
	bool by_name; /* nothing but its name says that it is the one */
	bool in_file; /* ... and that of its source file */
};

/*
 * Finds a symbol that the original object defines, or refers to, in the target: 1 found, 0 not there, -EPERM ambiguous.
 *
 * The two kinds are kept apart: a patch may replace a static helper() by the global one of another file. What the
 * object defines is where a placement of the same base says or nowhere: a weak function that the kernel overrides has
 * no place, though the kernel has a symbol of its name.
 */
int lookup_symbol(const struct diff *diff, const struct plan_target *target, const char *name, bool defined,
		  bool global, struct found *found);

/* The same for a symbol that other objects see, of which nothing but the name is known. */
int lookup_global(const struct symtab *tab, const char *name, struct found *found);

/* The id in the table of what was found, or SYMTAB_NONE (a placement may know more than the table). */
uint32_t lookup_id(const struct symtab *tab, const struct found *found);

/* Is there a sympos that means the symbol in every state of its module? */
bool lookup_has_sympos(const struct symtab *tab, const struct found *found);

#endif
