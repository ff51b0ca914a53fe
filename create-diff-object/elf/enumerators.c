// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enumerators by name. An enumeration need not have one (enum { IDLE, BUSY }), and what it is known by then, its first
 * enumerator, may be new. The names of enumerators are what code uses, and each is unique in its scope.
 */
#include "elf/enumerators.h"

#include <dwarf.h>

#include "util/arena.h"

/*
 * GCC writes a number without a sign as bytes and one with a sign as sdata; either may become a part of the
 * abbreviation (implicit_const), if all that share it are equal.
 */
static bool get_value(Dwarf_Die *die, int64_t *value)
{
	Dwarf_Attribute attribute;
	Dwarf_Sword with_sign;
	Dwarf_Word word;

	if (!dwarf_attr(die, DW_AT_const_value, &attribute))
		return false;
	switch (dwarf_whatform(&attribute)) {
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_udata:
		if (dwarf_formudata(&attribute, &word))
			return false;
		*value = (int64_t)word;
		return true;
	default:
		if (dwarf_formsdata(&attribute, &with_sign))
			return false;
		*value = with_sign;
		return true;
	}
}

void enumerators_find(const struct types *types, uint32_t node, enumerator_vec *enumerators)
{
	Dwarf_Die parent = types->nodes.v[node].die, die;

	if (dwarf_child(&parent, &die))
		return;
	do {
		int64_t value;

		if (dwarf_tag(&die) == DW_TAG_enumerator && dwarf_diename(&die) && get_value(&die, &value))
			vec_add(enumerators, ((struct enumerator){dwarf_diename(&die), value}));
	} while (!dwarf_siblingof(&die, &die));
}

static const char *enumerator_key(struct arena *arena, const char *scope, const char *name)
{
	return arena_join(arena, scope, ":", name);
}

void numbers_find(struct types *types, struct numbers *numbers)
{
	for (uint32_t i = 0; i < types->named.n; i++) {
		const struct type_named *named = &types->named.v[i];
		enumerator_vec found = {0};

		if (types->nodes.v[named->node].tag != DW_TAG_enumeration_type)
			continue;
		enumerators_find(types, named->node, &found);
		for (uint32_t k = 0; k < found.n; k++) {
			strmap_add(&numbers->by_name, enumerator_key(types->arena, named->scope, found.v[k].name),
				   numbers->all.n);
			vec_add(&numbers->all, ((struct number){found.v[k].value, named->node}));
		}
		vec_free(&found);
	}
}

const struct number *numbers_get(const struct numbers *numbers, struct arena *arena, const char *scope,
				 const char *name)
{
	uint32_t index = strmap_get(&numbers->by_name, enumerator_key(arena, scope, name));

	return index == STRMAP_NONE ? NULL : &numbers->all.v[index];
}

void numbers_free(struct numbers *numbers)
{
	strmap_free(&numbers->by_name);
	vec_free(&numbers->all);
}
