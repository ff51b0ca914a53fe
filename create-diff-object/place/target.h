/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target of an object: the kernel image or the module that it was linked into. It answers what bytes are at a
 * place and where a relocated field points, so that the base check need not know which of the two it looks at:
 * an image has its final bytes, a module has relocations still.
 */
#ifndef KLP_PLACE_TARGET_H
#define KLP_PLACE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/model.h"
#include "target/symtab.h"

/* A place in the target. */
struct address {
	uint32_t shndx;  /* module: section of the .ko; image: always 0 */
	uint64_t offset; /* module: bytes from the start of that section; image: an address (percpu data: from 0) */
};

struct target {
	const struct elf_obj *elf;   /* not owned */
	const struct symtab *symtab; /* not owned; counted symbols only have places in this target */
	const char *name;            /* "vmlinux" or the module's name */
	bool is_module;
	struct target_index *index; /* owned */
};

enum target_field {
	TARGET_FIELD_ADDRESS,  /* *base is where S (symbol without addend) is */
	TARGET_FIELD_EXTERNAL, /* the module refers to a symbol of another object: *name */
	TARGET_FIELD_NONE,     /* the target has no such field here */
};

void target_init(struct target *target, const char *name, const struct elf_obj *elf, const struct symtab *symtab,
		 bool is_module);
void target_free(struct target *target);

/* Returns size bytes at the place, or NULL if not all of them are in one section that has bytes. */
const uint8_t *target_bytes(const struct target *target, struct address at, uint64_t size);
/* Returns how many bytes follow the place in its section, in *bytes (NULL for .bss); 0 if there is no section. */
uint64_t target_bytes_left(const struct target *target, struct address at, const uint8_t **bytes);
/* Is it in a section of instructions? */
bool target_is_text(const struct target *target, struct address at);
/*
 * Finds a table that the link collects from all objects: the section of that name, or of an image what the symbols
 * `__start_<name>` and `__stop_<name>` enclose.
 */
bool target_find_table(const struct target *target, const char *section, struct address *start, uint64_t *size);
/*
 * Returns the *n relocations of a module in the size bytes from the place on, sorted by offset; an image has none.
 * Where one stands the bytes are zeros, so to compare bytes does not tell that it is there.
 */
const struct elf_rela **target_relas(const struct target *target, struct address at, uint64_t size, uint32_t *n);
/* Has the target a symbol of that name, be it one that the running kernel does not keep? */
bool target_has_symbol(const struct target *target, const char *name);
/* And at the place? */
bool target_has_name(const struct target *target, const char *name, struct address at);
/* Reads the field of the relocation rela of the original object, which is at this place in the target. */
enum target_field target_read_field(const struct target *target, struct address at, const struct elf_rela *rela,
				    struct address *base, const char **name);

static inline bool address_equal(struct address a, struct address b)
{
	return a.shndx == b.shndx && a.offset == b.offset;
}

#endif
