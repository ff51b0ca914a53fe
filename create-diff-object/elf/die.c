// SPDX-License-Identifier: GPL-2.0-only
/* See die.h. */
#include "elf/die.h"

#include <dwarf.h>
#include <string.h>

/* From an instance to what it is one of; a broken file may lead in a circle. */
#define MAX_STEPS 16

static int index_of(unsigned int name)
{
	switch (name) {
	case DW_AT_name:
		return DIE_NAME;
	case DW_AT_type:
		return DIE_TYPE;
	case DW_AT_location:
		return DIE_LOCATION;
	case DW_AT_declaration:
		return DIE_DECLARATION;
	case DW_AT_external:
		return DIE_EXTERNAL;
	case DW_AT_alignment:
		return DIE_ALIGNMENT;
	case DW_AT_decl_file:
		return DIE_DECL_FILE;
	case DW_AT_decl_line:
		return DIE_DECL_LINE;
	case DW_AT_low_pc:
		return DIE_LOW_PC;
	case DW_AT_ranges:
		return DIE_RANGES;
	case DW_AT_byte_size:
		return DIE_BYTE_SIZE;
	case DW_AT_data_member_location:
		return DIE_MEMBER_LOCATION;
	case DW_AT_bit_size:
		return DIE_BIT_SIZE;
	case DW_AT_data_bit_offset:
		return DIE_DATA_BIT_OFFSET;
	case DW_AT_bit_offset:
		return DIE_BIT_OFFSET;
	case DW_AT_abstract_origin:
		return DIE_ORIGIN;
	case DW_AT_specification:
		return DIE_SPECIFICATION;
	default:
		return -1;
	}
}

/* What is there already is nearer. */
static int add(Dwarf_Attribute *attribute, void *arg)
{
	struct die *die = arg;
	int index = index_of(attribute->code);

	if (index >= 0 && !(die->has & 1U << index)) {
		die->v[index] = *attribute;
		die->has |= 1U << index;
	}
	return DWARF_CB_OK;
}

/* The next step, which is taken once; false: there is none. */
static bool step(struct die *die, Dwarf_Die *to)
{
	enum die_attribute attribute = die->has & 1U << DIE_ORIGIN ? DIE_ORIGIN : DIE_SPECIFICATION;

	return die->has & 1U << attribute && dwarf_formref_die(&die->v[attribute], to);
}

void die_read(Dwarf_Die *entry, struct die *die)
{
	const uint32_t steps = 1U << DIE_ORIGIN | 1U << DIE_SPECIFICATION;
	Dwarf_Attribute origin, specification;
	Dwarf_Die next;

	die->die = entry;
	die->has = 0;
	dwarf_getattrs(entry, add, die, 0);
	die->own = die->has;
	if (!(die->own & steps))
		return;
	origin = die->v[DIE_ORIGIN];
	specification = die->v[DIE_SPECIFICATION];
	for (unsigned int i = 0; i < MAX_STEPS && step(die, &next); i++) {
		die->has &= ~steps;
		dwarf_getattrs(&next, add, die, 0);
	}
	die->has = (die->has & ~steps) | (die->own & steps);
	die->v[DIE_ORIGIN] = origin;
	die->v[DIE_SPECIFICATION] = specification;
}

static Dwarf_Attribute *get(struct die *die, enum die_attribute attribute)
{
	return die->has & 1U << attribute ? &die->v[attribute] : NULL;
}

const char *die_name(struct die *die)
{
	return dwarf_formstring(get(die, DIE_NAME));
}

bool die_flag(struct die *die, enum die_attribute attribute)
{
	bool flag = false;

	return !dwarf_formflag(get(die, attribute), &flag) && flag;
}

bool die_number(struct die *die, enum die_attribute attribute, uint64_t *value)
{
	Dwarf_Word word;

	if (dwarf_formudata(get(die, attribute), &word))
		return false;
	*value = word;
	return true;
}

bool die_offset(struct die *die, enum die_attribute attribute, Dwarf_Off *offset)
{
	Dwarf_Die to;

	if (!dwarf_formref_die(get(die, attribute), &to))
		return false;
	*offset = dwarf_dieoffset(&to);
	return true;
}

/* libdw keeps each expression that it reads, which costs more than to see what kind of one it is. */
static bool may_be_address(Dwarf_Attribute *location)
{
	Dwarf_Block block;

	return location && !dwarf_formblock(location, &block) && block.length &&
	       (block.data[0] == DW_OP_addr || block.data[0] == DW_OP_addrx);
}

bool die_find_fixed_address(struct die *die, uint64_t *address)
{
	Dwarf_Attribute *location = get(die, DIE_LOCATION), indexed;
	Dwarf_Op *ops;
	size_t n;

	if (!may_be_address(location) || dwarf_getlocation(location, &ops, &n) || !n)
		return false;
	if (ops[0].atom == DW_OP_addr) {
		*address = ops[0].number;
		return true;
	}
	/* clang's version 5: an index of `.debug_addr` */
	return !dwarf_getlocation_attr(location, &ops[0], &indexed) && !dwarf_formaddr(&indexed, address);
}
