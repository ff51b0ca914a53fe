// SPDX-License-Identifier: GPL-2.0-only
/*
 * A variable of a function that is inlined is described where the function is, and again in each function that has it
 * inlined. The address may be told in either place. The latter leads back to the first, which is in the function that
 * declares it.
 */
#include "elf/statics.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "kernel/names.h"
#include "util/memory.h"
#include "util/vec.h"

/* Blocks in blocks of the source; a file that nests deeper is broken. */
#define MAX_DEPTH 200
/* From an instance back to the declaration. */
#define MAX_STEPS 8

/* A file has thousands of them, and few are asked for: all else is read from the entry then. */
struct variable {
	Dwarf_Die die;
	Dwarf_Off origin; /* 0: this is the declaration */
	uint64_t address;
	bool has_address;
	const char *function;
};

struct statics {
	const struct debug_info *debug; /* owns the names */
	VEC(struct variable) v;
};

static const char *type_name(Dwarf_Die *variable)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;
	int tag;

	if (!dwarf_formref_die(dwarf_attr_integrate(variable, DW_AT_type, &attribute), &type) ||
	    dwarf_peel_type(&type, &type))
		return NULL;
	tag = dwarf_tag(&type);
	return (tag == DW_TAG_structure_type || tag == DW_TAG_union_type) && dwarf_diename(&type) ? dwarf_diename(&type)
												  : "";
}

static void add(struct statics *statics, Dwarf_Die *entry, const char *function, uint64_t bias)
{
	struct variable *variable = vec_push(&statics->v);
	struct die die;

	die_read(entry, &die);
	variable->die = *entry;
	variable->function = function;
	die_offset(&die, DIE_ORIGIN, &variable->origin);
	variable->has_address = die_find_fixed_address(&die, &variable->address);
	variable->address += bias;
}

static void walk(struct statics *statics, Dwarf_Die *parent, const char *function, uint64_t bias, unsigned int depth)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_variable && function)
			add(statics, &die, function, bias);
		if (tag == DW_TAG_subprogram)
			walk(statics, &die, dwarf_diename(&die), bias, depth + 1);
		else if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine)
			walk(statics, &die, function, bias, depth + 1);
	} while (!dwarf_siblingof(&die, &die));
}

struct statics *statics_new(const struct debug_info *debug)
{
	struct statics *statics;
	uint64_t bias;

	if (!debug)
		return NULL;
	statics = calloc(1, sizeof(*statics));
	if (!statics)
		memory_exhausted();
	statics->debug = debug;
	for (Dwarf_Die *unit = debug_next_unit(debug, NULL, &bias); unit; unit = debug_next_unit(debug, unit, &bias))
		walk(statics, unit, NULL, bias, 0);
	return statics;
}

void statics_free(struct statics *statics)
{
	if (!statics)
		return;
	vec_free(&statics->v);
	free(statics);
}

static struct variable *find_declaration(const struct statics *statics, struct variable *variable)
{
	for (unsigned int step = 0; variable && variable->origin; step++) {
		struct variable *origin = NULL;

		for (uint32_t i = 0; i < statics->v.n && step < MAX_STEPS && !origin; i++)
			if (dwarf_dieoffset(&statics->v.v[i].die) == variable->origin)
				origin = &statics->v.v[i];
		variable = origin;
	}
	return variable;
}

/*
 * An empty variable (a lock's key without lockdep) has the address of what is behind it, which is in another section.
 */
static bool is_called(struct variable *variable, const char *symbol)
{
	const char *name = dwarf_diename(&variable->die), *called;
	size_t len;

	called = source_name(symbol, &len);
	return name && strlen(name) == len && !memcmp(name, called, len);
}

bool statics_find(const struct statics *statics, uint32_t sec, uint64_t offset, const char *symbol,
		  struct static_local *found)
{
	uint64_t address;

	if (!debug_find_address(statics->debug, sec, offset, &address))
		return false;
	for (uint32_t i = 0; i < statics->v.n; i++) {
		struct variable *variable = &statics->v.v[i];

		if (!variable->has_address || variable->address != address || !is_called(variable, symbol))
			continue;
		variable = find_declaration(statics, variable);
		if (!variable || !variable->function)
			return false;
		*found = (struct static_local){.function = variable->function, .type = type_name(&variable->die)};
		if (dwarf_decl_line(&variable->die, &found->line))
			found->line = 0;
		return true;
	}
	return false;
}
