/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One row for each section of the kernel's objects that is no special table (those have rows of their own,
 * kernel/special.h), with all that is asked of it. The questions are in kernel/names.h and kernel/author.h; they read
 * the row.
 */
#ifndef KLP_KERNEL_SECTIONS_H
#define KLP_KERNEL_SECTIONS_H

#include "kernel/names.h"

/*
 * Which sections a row is for. The row that says most decides: EXACT before PREFIX, a longer PREFIX before a shorter
 * one, SUFFIX last.
 */
enum section_match {
	EXACT,
	PREFIX,
	SUFFIX,
};

/* What is true of a section besides its class. */
enum section_trait {
	SECTION_IS_ORDINARY_TEXT = 1 << 0,
	SECTION_IS_OF_FUNCTION = 1 << 1, /* -ffunction-sections made it */
	SECTION_IS_EXIT = 1 << 2,
	SECTION_IS_RODATA = 1 << 3,
	SECTION_IS_CONSTANT = 1 << 4, /* nobody writes there, not even __init code */
	SECTION_IS_RO_AFTER_INIT = 1 << 5,
	SECTION_IS_WRITTEN_BY_RELOCATIONS = 1 << 6, /* and by nobody else */
	SECTION_IS_PERCPU = 1 << 7,
	SECTION_IS_ONCE = 1 << 8,
	SECTION_MAY_BE_ONCE = 1 << 9, /* if it is not that of a variable that is called so */
	SECTION_IS_OF_COMPILER = 1 << 10,
	SECTION_IS_OF_SANITIZER = 1 << 11, /* data of UBSAN, which begins with a place in the source */
	SECTION_HAS_DESCRIPTORS = 1 << 12,
	SECTION_HAS_TYPES = 1 << 13, /* of the object itself; no livepatch needs it */
	SECTION_HAS_BTF_IDS = 1 << 14,
	SECTION_HAS_EXPORTS = 1 << 15,
	SECTION_IS_RUNTIME_CONSTANT = 1 << 16,
	SECTION_IS_FOR_TOOLS = 1 << 17,  /* by it an author tells a tool what to do */
	SECTION_IS_FOR_KPATCH = 1 << 18, /* so, by a macro that we have too */
	SECTION_IS_CHOSEN_TEXT = 1 << 19,
	SECTION_IS_ABOUT_FILE = 1 << 20, /* it says something of the module or image that has it */
	SECTION_HAS_TAGS = 1 << 22,      /* descriptors of code that struct codetag begins with */
	SECTION_HAS_ZONES = 1 << 21,     /* it lists data that has a red zone behind it: struct zone_entry */
};

/*
 * An entry of a section with SECTION_HAS_ZONES: struct kasan_global, mm/kasan/kasan.h. Offsets are bytes from the start
 * of the entry; the fields are words of the machine, the first one an address.
 */
enum zone_entry {
	ZONE_BEGIN = 0,  /* the data */
	ZONE_SIZE = 16,  /* with the red zone */
	ZONE_ENTRY = 64, /* the next entry */
};

struct section_row {
	const char *name;
	enum section_match match;
	enum sec_class class;
	unsigned int traits; /* of enum section_trait */
	const char *early;   /* as section_read_early(); NULL: nobody reads it early */
};

/* The table; the last row has no name. */
extern const struct section_row kernel_sections[];

/* The row of a section, NULL if it has none. */
const struct section_row *kernel_section_find(const char *name);
/* Has the section that trait? */
bool kernel_section_is(const char *name, enum section_trait trait);

#endif
