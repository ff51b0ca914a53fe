// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk over the debug information. A function that is inlined is described in many places, which name the same
 * declaration.
 */
#include "elf/decls.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "util/memory.h"
#include "util/search.h"
#include "util/vec.h"

/* Blocks in blocks of the source; a file that nests deeper is broken. */
#define MAX_DEPTH 200

struct decls {
	VEC(struct decl) v; /* by name, file and line; names and files are the debug information's */
};

/* Is it a variable that an object has a place for, not one of a stack? */
static bool is_lasting(Dwarf_Die *die, unsigned int depth)
{
	uint64_t address;

	return !depth || dwarf_hasattr(die, DW_AT_external) || debug_find_fixed_address(die, &address);
}

static bool is_wanted(Dwarf_Die *die, unsigned int depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_variable:
		return is_lasting(die, depth);
	case DW_TAG_subprogram:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_typedef:
		return true;
	default:
		return false;
	}
}

static void add(struct decls *decls, Dwarf_Die *die)
{
	struct decl decl = {.name = dwarf_diename(die), .file = debug_decl_file(die)};
	Dwarf_Attribute attribute;

	/* `extern int x;` declares what may be defined below: that has a place of its own. */
	if (dwarf_attr(die, DW_AT_declaration, &attribute))
		return;
	if (decl.name && decl.file && !dwarf_decl_line(die, &decl.line) && decl.line > 0)
		vec_add(&decls->v, decl);
}

static void walk(struct decls *decls, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		if (is_wanted(&die, depth))
			add(decls, &die);
		walk(decls, &die, depth + 1);
	} while (!dwarf_siblingof(&die, &die));
}

static int compare(const void *a, const void *b)
{
	const struct decl *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = strcmp(x->file, y->file);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void sort(struct decls *decls)
{
	uint32_t kept = 0;

	if (decls->v.n)
		qsort(decls->v.v, decls->v.n, sizeof(*decls->v.v), compare);
	for (uint32_t i = 0; i < decls->v.n; i++)
		if (!kept || compare(&decls->v.v[kept - 1], &decls->v.v[i]))
			decls->v.v[kept++] = decls->v.v[i];
	decls->v.n = kept;
}

struct decls *decls_new(const struct debug_info *debug)
{
	struct decls *decls;
	uint64_t bias;

	if (!debug)
		return NULL;
	decls = calloc(1, sizeof(*decls));
	if (!decls)
		memory_exhausted();
	for (Dwarf_Die *unit = debug_next_unit(debug, NULL, &bias); unit; unit = debug_next_unit(debug, unit, &bias))
		walk(decls, unit, 0);
	sort(decls);
	return decls;
}

void decls_free(struct decls *decls)
{
	if (!decls)
		return;
	vec_free(&decls->v);
	free(decls);
}

uint32_t decls_find(const struct decls *decls, const char *name, const struct decl **first)
{
	uint32_t low = lower_bound(decls ? decls->v.n : 0, i, strcmp(decls->v.v[i].name, name) < 0), n = 0;

	while (decls && low + n < decls->v.n && !strcmp(decls->v.v[low + n].name, name))
		n++;
	*first = n ? &decls->v.v[low] : NULL;
	return n;
}
