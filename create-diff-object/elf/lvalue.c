// SPDX-License-Identifier: GPL-2.0-only
/*
 * See lvalue.h. Types are gone down, from the variable to what has no parts: an index at each array, a name at each
 * structure.
 */
#include "elf/lvalue.h"

#include <dwarf.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "elf/enumerators.h"
#include "elf/members.h"
#include "kernel/names.h"
#include "util/arena.h"

/* Types in types; a broken file may have them without end. */
#define MAX_DEPTH 24

/* What is looked for. */
struct search {
	const struct types *types;
	struct arena *arena;
	uint64_t bit;
	bool prefer_pointer;
};

static bool find(const struct search *search, uint32_t node, unsigned int depth, struct lvalue *lvalue);

/* Without typedefs and qualifiers, noting what they say. */
static uint32_t strip(const struct types *types, uint32_t node, struct lvalue *lvalue)
{
	for (unsigned int i = 0; node != TYPE_NONE && i < MAX_DEPTH; i++) {
		const struct type_node *type = &types->nodes.v[node];

		if (type->tag == DW_TAG_const_type)
			lvalue->is_const = true;
		if (type->tag == DW_TAG_typedef && type->name && is_mode_type(type->name))
			lvalue->is_mode = true;
		if (types_strip(types, node) == node)
			return node;
		node = type->target;
	}
	return TYPE_NONE;
}

static bool has_number_size(const struct lvalue *lvalue)
{
	uint64_t bits = lvalue->bits;

	return bits == 8 || bits == 16 || bits == 32 || bits == 64 || (lvalue->kind == LVALUE_BITS && bits < 64);
}

static bool is_integer(Dwarf_Die *die, struct lvalue *lvalue)
{
	uint64_t encoding = 0;

	debug_number(die, DW_AT_encoding, &encoding);
	lvalue->is_bool = encoding == DW_ATE_boolean;
	lvalue->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
	return lvalue->is_bool || lvalue->is_signed || encoding == DW_ATE_unsigned || encoding == DW_ATE_unsigned_char;
}

/* What has no parts. lvalue->kind is LVALUE_BITS if it is a bit-field. */
static bool find_end(const struct types *types, uint32_t node, struct lvalue *lvalue)
{
	Dwarf_Die die = types->nodes.v[node].die;
	uint32_t target;

	lvalue->node = node;
	if (lvalue->kind != LVALUE_BITS)
		lvalue->bits = type_size(types, node) * 8;
	if (!lvalue->bits)
		return false;
	switch (types->nodes.v[node].tag) {
	case DW_TAG_pointer_type:
		target = types_strip(types, types->nodes.v[node].target);
		lvalue->kind = target != TYPE_NONE && types->nodes.v[target].tag == DW_TAG_subroutine_type
				       ? LVALUE_ENTRY
				       : LVALUE_POINTER;
		return true;
	case DW_TAG_enumeration_type:
		lvalue->is_signed = true;
		break;
	case DW_TAG_base_type:
		if (is_integer(&die, lvalue))
			break;
		lvalue->kind = LVALUE_BYTES;
		return true;
	default:
		return false;
	}
	if (!has_number_size(lvalue))
		lvalue->kind = LVALUE_BYTES;
	else if (lvalue->kind != LVALUE_BITS)
		lvalue->kind = LVALUE_NUMBER;
	return true;
}

static bool is_character(const struct types *types, uint32_t node)
{
	uint64_t encoding = 0;
	Dwarf_Die die;

	node = types_strip(types, node);
	if (node == TYPE_NONE || types->nodes.v[node].tag != DW_TAG_base_type || type_size(types, node) != 1)
		return false;
	die = types->nodes.v[node].die;
	debug_number(&die, DW_AT_encoding, &encoding);
	return encoding != DW_ATE_boolean;
}

static bool find_in_array(const struct search *search, uint32_t node, unsigned int depth, struct lvalue *lvalue)
{
	const struct types *types = search->types;
	Dwarf_Die array = types->nodes.v[node].die;
	uint32_t entry = types->nodes.v[node].target;
	uint64_t size = type_size(types, node) * 8, count, inner;
	bool is_of_chars = is_character(types, entry);

	for (unsigned int rank = 0; type_array_count(&array, rank, &count) && count && size / count; rank++) {
		uint64_t index;

		/* Characters stay together. */
		if (is_of_chars && !type_array_count(&array, rank + 1, &inner))
			break;
		size /= count;
		index = (search->bit - lvalue->bit) / size;
		lvalue->text = arena_printf(search->arena, "%s[%llu]", lvalue->text, (unsigned long long)index);
		lvalue->bit += index * size;
	}
	if (!is_of_chars)
		return find(search, entry, depth + 1, lvalue);
	lvalue->node = node;
	lvalue->bits = size;
	lvalue->kind = LVALUE_CHARS;
	return size;
}

/* Goes on in a member, if the bit is in it. */
static bool find_in_member(const struct search *search, struct die *die, unsigned int depth, struct lvalue *lvalue)
{
	struct member member = {.name = die_name(die), .node = types_of(search->types, die)};
	uint32_t node;

	if (dwarf_tag(die->die) != DW_TAG_member || member.node == TYPE_NONE)
		return false;
	member_measure(search->types, die, &member);
	member.bit += lvalue->bit;
	if (search->bit < member.bit || search->bit - member.bit >= member.bits)
		return false;
	lvalue->bit = member.bit;
	if (member.name)
		lvalue->text = arena_printf(search->arena, "%s.%s", lvalue->text, member.name);
	if (!member.is_bitfield)
		return find(search, member.node, depth + 1, lvalue);
	node = strip(search->types, member.node, lvalue);
	lvalue->kind = LVALUE_BITS;
	lvalue->bits = member.bits;
	return node != TYPE_NONE && member.name && find_end(search->types, node, lvalue);
}

static bool is_pointer(const struct lvalue *lvalue)
{
	return lvalue->kind == LVALUE_POINTER || lvalue->kind == LVALUE_ENTRY;
}

static bool find_in_structure(const struct search *search, uint32_t node, unsigned int depth, struct lvalue *lvalue)
{
	const char *outer = search->types->nodes.v[node].name;
	Dwarf_Die parent = search->types->nodes.v[node].die, entry;
	const struct lvalue outside = *lvalue;
	bool found = false;

	if (dwarf_child(&parent, &entry))
		return false;
	/* (Of a structure at most one member has the bit.) */
	do {
		struct lvalue inside = outside;
		struct die die;

		if (outer)
			inside.outer = outer;
		die_read(&entry, &die);
		if (!find_in_member(search, &die, depth, &inside) || (found && !is_pointer(&inside)))
			continue;
		*lvalue = inside;
		found = true;
		if (is_pointer(&inside) || !search->prefer_pointer)
			break;
	} while (!dwarf_siblingof(&entry, &entry));
	return found;
}

static bool find(const struct search *search, uint32_t node, unsigned int depth, struct lvalue *lvalue)
{
	node = strip(search->types, node, lvalue);
	if (node == TYPE_NONE || depth > MAX_DEPTH)
		return false;
	switch (search->types->nodes.v[node].tag) {
	case DW_TAG_array_type:
		return find_in_array(search, node, depth, lvalue);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return find_in_structure(search, node, depth, lvalue);
	default:
		return find_end(search->types, node, lvalue);
	}
}

bool lvalue_find(const struct types *types, uint32_t node, const char *name, uint64_t bit, bool prefer_pointer,
		 struct arena *arena, struct lvalue *lvalue)
{
	const struct search search = {types, arena, bit, prefer_pointer};

	*lvalue = (struct lvalue){.text = name, .kind = LVALUE_NUMBER, .outer = ""};
	return find(&search, node, 0, lvalue) && bit >= lvalue->bit && bit - lvalue->bit < lvalue->bits;
}

static const char *enumerator_of(const struct types *types, uint32_t node, int64_t value)
{
	enumerator_vec found = {0};
	const char *name = NULL;

	if (types->nodes.v[node].tag == DW_TAG_enumeration_type)
		enumerators_find(types, node, &found);
	for (uint32_t i = 0; i < found.n && !name; i++)
		if (found.v[i].value == value)
			name = found.v[i].name;
	vec_free(&found);
	return name;
}

const char *lvalue_number(const struct types *types, const struct lvalue *lvalue, uint64_t value, struct arena *arena)
{
	unsigned int unused = 64 - (unsigned int)lvalue->bits;
	int64_t number = (int64_t)(value << unused) >> unused;
	const char *name = enumerator_of(types, lvalue->node, number);

	if (name)
		return name;
	if (lvalue->is_bool && value <= 1)
		return value ? "true" : "false";
	if (lvalue->is_mode)
		return arena_printf(arena, "0%llo", (unsigned long long)value);
	if (lvalue->is_signed)
		return number == INT64_MIN ? "(-0x7fffffffffffffffLL - 1)"
					   : arena_printf(arena, "%lld", (long long)number);
	return arena_printf(arena,
			    value < 0x10000 ? "%llu"
			    : value >> 63   ? "0x%llxULL"
					    : "0x%llx",
			    (unsigned long long)value);
}
