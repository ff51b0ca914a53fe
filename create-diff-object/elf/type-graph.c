// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the table of types that types.c reads: which one is it, what is it at bottom, who leads to it. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "elf/types.h"
#include "util/arena.h"
#include "util/search.h"

uint32_t types_find(const struct types *types, Dwarf_Off offset)
{
	uint32_t low = lower_bound(types->nodes.n, i, types->nodes.v[i].offset < offset);

	return low < types->nodes.n && types->nodes.v[low].offset == offset ? low : TYPE_NONE;
}

uint32_t types_of(const struct types *types, struct die *die)
{
	Dwarf_Off offset;

	return die_offset(die, DIE_TYPE, &offset) ? types_find(types, offset) : TYPE_NONE;
}

/* Is it the file that was given to the compiler? It was given with a directory or without. */
bool type_is_private(const struct type_named *named)
{
	Dwarf_Die die = named->die, unit;
	const char *file = debug_decl_file(&die), *source, *directory;
	Dwarf_Attribute attribute;
	size_t len;

	source = dwarf_diecu(&die, &unit, NULL, NULL) ? dwarf_diename(&unit) : NULL;
	if (!file || !source)
		return false;
	if (!strcmp(file, source))
		return true;
	directory = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
	len = directory ? strlen(directory) : 0;
	return !strncmp(file, directory ? directory : "", len) && file[len] == '/' && !strcmp(file + len + 1, source);
}

uint32_t types_strip(const struct types *types, uint32_t node)
{
	for (unsigned int i = 0; node != TYPE_NONE && i < TYPE_MAX_DEPTH; i++) {
		switch (types->nodes.v[node].tag) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			node = types->nodes.v[node].target;
			break;
		default:
			return node;
		}
	}
	return TYPE_NONE;
}

void types_free(struct types *types)
{
	if (!types)
		return;
	vec_free(&types->nodes);
	vec_free(&types->edges);
	vec_free(&types->named);
	vec_free(&types->funcs);
	vec_free(&types->links);
	vec_free(&types->uses);
	arena_free(types->arena);
	free(types);
}

static bool is_step(enum type_edge_kind kind, enum type_reach level)
{
	switch (level) {
	case REACH_VALUE:
		return kind == EDGE_ALIAS || kind == EDGE_MEMBER;
	case REACH_NEAR:
		return kind == EDGE_ALIAS || kind == EDGE_POINTER;
	default:
		return true;
	}
}

/*
 * From the type back to all that lead to it. Edges are looked at in rounds: what is found behind an edge that was
 * looked at already is found in the next one, and chains are short.
 */
void types_reach(const struct types *types, uint32_t to, enum type_reach *reach)
{
	memset(reach, 0, types->nodes.n * sizeof(*reach));
	reach[to] = REACH_VALUE;
	for (enum type_reach level = REACH_VALUE; level > REACH_NOT; level--) {
		for (bool found = true; found;) {
			found = false;
			for (uint32_t i = types->edges.n; i--;) {
				const struct type_edge *edge = &types->edges.v[i];

				if (edge->to == TYPE_NONE || !reach[edge->to] || reach[edge->from] ||
				    !is_step(edge->kind, level))
					continue;
				reach[edge->from] = level;
				found = true;
			}
		}
	}
}
