// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk over the debug information. A function that is inlined is described in many places, which name the same
 * declaration.
 */
#include "elf/decls.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "util/memory.h"
#include "util/search.h"
#include "util/vec.h"

/* Blocks in blocks of the source; a file that nests deeper is broken. */
#define MAX_DEPTH 200

struct decls {
	VEC(struct decl) v; /* by name, file and line; names and files are the debug information's */
};

/* Is it a variable that an object has a place for, not one of a stack? */
static bool is_lasting(struct die *die, unsigned int depth)
{
	uint64_t address;

	return !depth || die->own & 1U << DIE_EXTERNAL || die_find_fixed_address(die, &address);
}

static bool has_declaration(int tag)
{
	switch (tag) {
	case DW_TAG_variable:
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

static void add(struct decls *decls, Dwarf_Die *entry, unsigned int depth)
{
	struct decl decl = {0};
	uint64_t line = 0;
	struct die die;

	die_read(entry, &die);
	/* `extern int x;` declares what may be defined below: that has a place of its own. */
	if (die.own & 1U << DIE_DECLARATION || (dwarf_tag(entry) == DW_TAG_variable && !is_lasting(&die, depth)))
		return;
	if (!die_number(&die, DIE_DECL_LINE, &line) || !line || line > INT_MAX)
		return;
	decl.line = (int)line;
	decl.name = die_name(&die);
	decl.file = decl.name ? debug_decl_file(entry) : NULL;
	if (decl.file)
		vec_add(&decls->v, decl);
}

static void walk(struct decls *decls, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		if (has_declaration(dwarf_tag(&die)))
			add(decls, &die, depth);
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
