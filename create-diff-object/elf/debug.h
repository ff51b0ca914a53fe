/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the debug information of a relocatable object says of its instructions. It is only asked where a message gets
 * better by it, or to show that a number is a line of the source; an object without it is as good.
 */
#ifndef KLP_ELF_DEBUG_H
#define KLP_ELF_DEBUG_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct elf_obj;
struct debug_info;
/* What an object has of it: nothing until it is asked for, for to open it takes longer than to read the object. */
struct debug_file;

/* The debug information of an object, which owns it; NULL: there is none that can be read. */
struct debug_info *debug_of(const struct elf_obj *obj);

/* For who makes objects. path must live as long. */
struct debug_file *debug_file_new(const char *path);
/* NULL is allowed. */
void debug_file_free(struct debug_file *file);

/* The unit behind `unit` (NULL: the first), or NULL. bias: from addresses in it to those of debug_find_address(). */
Dwarf_Die *debug_next_unit(const struct debug_info *debug, Dwarf_Die *unit, uint64_t *bias);
/* Stores an attribute (DW_AT_*) that is a number. Returns false if there is none; *value stays then. */
bool debug_number(Dwarf_Die *die, unsigned int name, uint64_t *value);
/* The file of a declaration; NULL: not told. */
const char *debug_decl_file(Dwarf_Die *die);
/* A place of the object as an address of the debug information. Returns false if there is no such section. */
bool debug_find_address(const struct debug_info *debug, uint32_t sec, uint64_t offset, uint64_t *address);

struct debug_line {
	const char *file; /* owned by the debug information */
	int number;       /* 0: compiled from no line */
};

/* The source line of the instruction at offset of a section; false if it is not known. */
bool debug_find_line(const struct debug_info *debug, uint32_t sec, uint64_t offset, struct debug_line *line);

/* A function that was inlined at a place. */
struct debug_inlined {
	const char *name;       /* owned by the debug information */
	struct debug_line from; /* where it is defined; .file may be NULL */
	int call_line;          /* of the call that was replaced, 0: not known */
};

/* The functions that are inlined at offset of a section, the innermost first. Stores up to max and returns how many. */
uint32_t debug_find_inlined(const struct debug_info *debug, uint32_t sec, uint64_t offset,
			    struct debug_inlined *inlined, uint32_t max);

/* Bytes of what the function returns that has code at offset of a section, 0: nothing; false: it is not known. */
bool debug_find_result_size(const struct debug_info *debug, uint32_t sec, uint64_t offset, uint64_t *size);

/*
 * A structure whose layout differs: its sizes in bytes, and the first member of both that moved (NULL: none did; the
 * ends differ).
 */
typedef void debug_layout(void *arg, const char *name, uint64_t orig_size, uint64_t patched_size, const char *member,
			  uint64_t orig_offset, uint64_t patched_offset);

/* Calls report for each named structure or union that both objects know and that has another layout. */
void debug_compare_layouts(const struct debug_info *orig, const struct debug_info *patched, debug_layout *report,
			   void *arg);

#endif
