// SPDX-License-Identifier: GPL-2.0-only
/*
 * See members.h. Debug information gives offsets of members in bytes, those of bit-fields in one of two ways, by its
 * version.
 */
#include "elf/members.h"

#include <dwarf.h>
#include <string.h>

#include "elf/debug.h"
#include "elf/die.h"
#include "util/arena.h"

/* Structures without a name in each other; pointers to pointers. A broken file may have them without end. */
#define MAX_DEPTH 24

uint64_t type_size(const struct types *types, uint32_t node)
{
	struct type_node *type;
	Dwarf_Die die;
	Dwarf_Word size;

	if (node == TYPE_NONE)
		return 0;
	type = &types->nodes.v[node];
	die = type->die;
	if (!type->has_size)
		type->size = dwarf_aggregate_size(&die, &size) ? 0 : size;
	type->has_size = true;
	return type->size;
}

uint64_t type_alignment(const struct types *types, uint32_t node)
{
	Dwarf_Die die = types->nodes.v[node].die;
	uint64_t alignment = 0;

	debug_number(&die, DW_AT_alignment, &alignment);
	return alignment;
}

static bool is_of_big_endian(Dwarf_Die *die)
{
	return elf_getident(dwarf_getelf(dwarf_cu_getdwarf(die->cu)), NULL)[EI_DATA] == ELFDATA2MSB;
}

void member_measure(const struct types *types, struct die *die, struct member *member)
{
	uint64_t bytes = 0, bit_size, at, unit;

	die_number(die, DIE_MEMBER_LOCATION, &bytes);
	member->bit = bytes * 8;
	member->bits = type_size(types, member->node) * 8;
	member->is_bitfield = die_number(die, DIE_BIT_SIZE, &bit_size);
	if (!member->is_bitfield)
		return;
	if (die_number(die, DIE_DATA_BIT_OFFSET, &at)) {
		member->bit += at;
	} else if (die_number(die, DIE_BIT_OFFSET, &at)) {
		/* Up to version 4: counted from the most significant bit of a unit. */
		unit = member->bits;
		if (die_number(die, DIE_BYTE_SIZE, &bytes))
			unit = bytes * 8;
		member->bit += is_of_big_endian(die->die) ? at : unit - at - bit_size;
	}
	member->bits = bit_size;
}

/* The structure or union without a name that a member is, or an array of it; else TYPE_NONE. */
static uint32_t find_inner(const struct types *types, uint32_t node, bool *is_array)
{
	*is_array = false;
	for (unsigned int i = 0; i < MAX_DEPTH; i++) {
		const struct type_node *type;

		node = types_strip(types, node);
		if (node == TYPE_NONE)
			return TYPE_NONE;
		type = &types->nodes.v[node];
		if (type->tag == DW_TAG_array_type) {
			*is_array = true;
			node = type->target;
			continue;
		}
		return (type->tag == DW_TAG_structure_type || type->tag == DW_TAG_union_type) && !type->name
			       ? node
			       : TYPE_NONE;
	}
	return TYPE_NONE;
}

static void find_members(const struct types *types, uint32_t node, const char *prefix, uint64_t base,
			 unsigned int depth, member_vec *members)
{
	Dwarf_Die parent = types->nodes.v[node].die, entry;

	if (depth > MAX_DEPTH || dwarf_child(&parent, &entry))
		return;
	do {
		const char *name;
		struct member member = {0};
		uint32_t inner;
		bool is_array;
		struct die die;

		if (dwarf_tag(&entry) != DW_TAG_member)
			continue;
		die_read(&entry, &die);
		name = die_name(&die);
		member.node = types_of(types, &die);
		member_measure(types, &die, &member);
		member.bit += base;
		member.name = name && *prefix ? arena_join(types->arena, prefix, name) : name ? name : prefix;
		inner = find_inner(types, member.node, &is_array);
		if (name && (inner == TYPE_NONE || is_array))
			vec_add(members, member);
		if (inner != TYPE_NONE)
			find_members(types, inner,
				     name ? arena_join(types->arena, member.name, is_array ? "[]." : ".") : prefix,
				     member.bit, depth + 1, members);
	} while (!dwarf_siblingof(&entry, &entry));
}

void members_find(const struct types *types, uint32_t node, member_vec *members)
{
	find_members(types, node, "", 0, 0, members);
}

bool type_array_count(Dwarf_Die *array, unsigned int rank, uint64_t *count)
{
	Dwarf_Die die;

	*count = 0;
	if (dwarf_child(array, &die))
		return false;
	do {
		if (dwarf_tag(&die) != DW_TAG_subrange_type || rank--)
			continue;
		if (!debug_number(&die, DW_AT_count, count) && debug_number(&die, DW_AT_upper_bound, count))
			++*count;
		return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

uint64_t type_entry_size(const struct types *types, uint32_t node)
{
	uint64_t count, size = type_size(types, node);
	Dwarf_Die array;

	node = types_strip(types, node);
	if (node == TYPE_NONE || types->nodes.v[node].tag != DW_TAG_array_type)
		return 0;
	array = types->nodes.v[node].die;
	return type_array_count(&array, 0, &count) && count && size % count == 0 ? size / count : 0;
}

bool type_is_numeric(const struct types *types, uint32_t node)
{
	node = types_strip(types, node);
	for (unsigned int depth = 0;
	     depth < MAX_DEPTH && node != TYPE_NONE && types->nodes.v[node].tag == DW_TAG_array_type; depth++) {
		node = types_strip(types, types->nodes.v[node].target);
	}
	return node != TYPE_NONE &&
	       (types->nodes.v[node].tag == DW_TAG_base_type || types->nodes.v[node].tag == DW_TAG_enumeration_type);
}

static const char *make_text(struct types *types, uint32_t node, unsigned int depth);

static const char *base_text(struct types *types, Dwarf_Die *die)
{
	uint64_t encoding = 0, size = 0;
	const char *kind;

	debug_number(die, DW_AT_encoding, &encoding);
	debug_number(die, DW_AT_byte_size, &size);
	switch (encoding) {
	case DW_ATE_boolean:
		return "bool";
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		kind = "s";
		break;
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char:
		kind = "u";
		break;
	default:
		kind = "f";
	}
	return arena_printf(types->arena, "%s%u", kind, (unsigned int)size * 8);
}

static const char *array_text(struct types *types, const struct type_node *array, unsigned int depth)
{
	const char *text = make_text(types, array->target, depth + 1);
	Dwarf_Die entry = array->die;
	uint64_t count;

	/* a[0] and a[] are the same. */
	for (unsigned int rank = 0; type_array_count(&entry, rank, &count); rank++)
		text = count ? arena_printf(types->arena, "%s[%llu]", text, (unsigned long long)count)
			     : arena_join(types->arena, text, "[]");
	return text;
}

static const char *signature_text(struct types *types, const struct type_node *function, const char *name,
				  unsigned int depth)
{
	const char *text = arena_join(types->arena, make_text(types, function->target, depth + 1), " (", name, ")(");
	const char *between = "";
	Dwarf_Die parent = function->die, entry;
	struct die die;

	if (!dwarf_child(&parent, &entry)) {
		do {
			if (dwarf_tag(&entry) == DW_TAG_formal_parameter) {
				die_read(&entry, &die);
				text = arena_join(types->arena, text, between,
						  make_text(types, types_of(types, &die), depth + 1));
			} else if (dwarf_tag(&entry) == DW_TAG_unspecified_parameters) {
				text = arena_join(types->arena, text, between, "...");
			}
			between = ", ";
		} while (!dwarf_siblingof(&entry, &entry));
	}
	return arena_join(types->arena, text, ")");
}

static const char *pointer_text(struct types *types, const struct type_node *pointer, unsigned int depth)
{
	uint32_t target = types_strip(types, pointer->target);

	if (target != TYPE_NONE && types->nodes.v[target].tag == DW_TAG_subroutine_type)
		return signature_text(types, &types->nodes.v[target], "*", depth + 1);
	return arena_join(types->arena, make_text(types, target, depth + 1), " *");
}

static const char *aggregate_text(struct types *types, const struct type_node *type)
{
	const char *word = type->tag == DW_TAG_structure_type ? "struct"
			   : type->tag == DW_TAG_union_type   ? "union"
							      : "enum";

	return type->name ? arena_join(types->arena, word, " ", type->name) : word;
}

/* A structure without a name is known by its typedef (atomic_t). */
static const char *typedef_name(const struct types *types, uint32_t node)
{
	const char *name = NULL;

	for (unsigned int i = 0; i < MAX_DEPTH && node != TYPE_NONE; i++) {
		if (types->nodes.v[node].tag == DW_TAG_typedef)
			name = types->nodes.v[node].name;
		else if (types_strip(types, node) == node)
			break;
		node = types->nodes.v[node].target;
	}
	return name;
}

static const char *make_text(struct types *types, uint32_t node, unsigned int depth)
{
	struct type_node *given = node == TYPE_NONE ? NULL : &types->nodes.v[node], *type;
	const char *alias = typedef_name(types, node);
	const char *text;
	Dwarf_Die die;

	node = types_strip(types, node);
	if (node == TYPE_NONE)
		return "void";
	if (depth > MAX_DEPTH)
		return "...";
	if (given->text)
		return given->text;
	type = &types->nodes.v[node];
	die = type->die;
	switch (type->tag) {
	case DW_TAG_base_type:
		text = base_text(types, &die);
		break;
	case DW_TAG_pointer_type:
		text = pointer_text(types, type, depth);
		break;
	case DW_TAG_array_type:
		text = array_text(types, type, depth);
		break;
	case DW_TAG_subroutine_type:
		text = signature_text(types, type, "", depth);
		break;
	default:
		text = alias && !type->name ? alias : aggregate_text(types, type);
	}
	/* Deep inside of another one it may have been cut. */
	if (!depth)
		given->text = text;
	return text;
}

const char *type_text(struct types *types, uint32_t node)
{
	return make_text(types, node, 0);
}
