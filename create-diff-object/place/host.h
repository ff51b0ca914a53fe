/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host of an object: the kernel image or the module that it was linked into. It answers what bytes are at a
 * place and where a relocated field points, so that the proof need not know which of the two it looks at:
 * an image has its final bytes, a module has relocations still.
 */
#ifndef KLP_PLACE_HOST_H
#define KLP_PLACE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/model.h"
#include "target/symtab.h"

/* A place in the host. */
struct place {
	uint32_t shndx;  /* module: section of the .ko; image: always 0 */
	uint64_t offset; /* module: bytes from the start of that section; image: an address (percpu data: from 0) */
};

struct host {
	const struct elf_obj *elf;   /* not owned */
	const struct symtab *symtab; /* not owned; counted symbols only have places in this host */
	const char *name;            /* "vmlinux" or the module's name */
	bool is_module;
	struct host_index *index; /* owned */
};

enum host_field {
	HOST_FIELD_PLACE,    /* *base is where S (symbol without addend) is */
	HOST_FIELD_EXTERNAL, /* the module refers to a symbol of another object: *name */
	HOST_FIELD_NONE,     /* the host has no such field here */
};

void host_init(struct host *host, const char *name, const struct elf_obj *elf, const struct symtab *symtab,
	       bool is_module);
void host_free(struct host *host);

/* Returns size bytes at the place, or NULL if not all of them are in one section that has bytes. */
const uint8_t *host_bytes(const struct host *host, struct place at, uint64_t size);
/* Returns how many bytes follow the place in its section, in *bytes (NULL for .bss); 0 if there is no section. */
uint64_t host_bytes_left(const struct host *host, struct place at, const uint8_t **bytes);
/* Is it in a section of instructions? */
bool host_is_text(const struct host *host, struct place at);
/*
 * Finds a table that the link collects from all objects: the section of that name, or of an image what the symbols
 * `__start_<name>` and `__stop_<name>` enclose.
 */
bool host_find_table(const struct host *host, const char *section, struct place *start, uint64_t *size);
/*
 * Returns the *n relocations of a module in the size bytes from the place on, sorted by offset; an image has none.
 * Where one stands the bytes are zeros, so to compare bytes does not tell that it is there.
 */
const struct elf_rela **host_relas(const struct host *host, struct place at, uint64_t size, uint32_t *n);
/* Has the host a symbol of that name, be it one that the running kernel does not keep? */
bool host_has_symbol(const struct host *host, const char *name);
/* And at the place? */
bool host_has_name(const struct host *host, const char *name, struct place at);
/* Reads the field of the relocation rela of the original object, which is at this place in the host. */
enum host_field host_read_field(const struct host *host, struct place at, const struct elf_rela *rela,
				struct place *base, const char **name);

static inline bool place_equal(struct place a, struct place b)
{
	return a.shndx == b.shndx && a.offset == b.offset;
}

#endif
