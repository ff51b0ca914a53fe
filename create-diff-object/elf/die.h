/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An entry of the debug information with its attributes, read at once. libdw goes through the whole list for each
 * attribute that is asked for, and who walks an object asks for several of each of a hundred thousand entries.
 */
#ifndef KLP_ELF_DIE_H
#define KLP_ELF_DIE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

enum die_attribute {
	DIE_NAME,
	DIE_TYPE,
	DIE_LOCATION,
	DIE_DECLARATION,
	DIE_EXTERNAL,
	DIE_ALIGNMENT,
	DIE_DECL_FILE,
	DIE_DECL_LINE,
	DIE_LOW_PC,
	DIE_RANGES,
	DIE_BYTE_SIZE,
	DIE_MEMBER_LOCATION,
	DIE_BIT_SIZE,
	DIE_DATA_BIT_OFFSET,
	DIE_BIT_OFFSET,
	DIE_ORIGIN,
	DIE_SPECIFICATION,
	DIE_ATTRIBUTES,
};

struct die {
	Dwarf_Die *die;
	uint32_t own; /* bits: its own attributes */
	/* And those of the entry that it is an instance of, which hold for it, too (DWARF 5, 2.13, 3.3.8). */
	uint32_t has;
	Dwarf_Attribute v[DIE_ATTRIBUTES];
};

void die_read(Dwarf_Die *entry, struct die *die);
/* NULL: it has none. */
const char *die_name(struct die *die);
bool die_flag(struct die *die, enum die_attribute attribute);
/* Stores an attribute that is a number. Returns false if there is none; *value stays then. */
bool die_number(struct die *die, enum die_attribute attribute, uint64_t *value);
/* The place of the entry that an attribute names; false: there is none. */
bool die_offset(struct die *die, enum die_attribute attribute, Dwarf_Off *offset);
/*
 * Has the variable a place in the object, not on a stack or in registers? Stores its address, without the bias of its
 * unit.
 */
bool die_find_fixed_address(struct die *die, uint64_t *address);

#endif
