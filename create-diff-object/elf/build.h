/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builder of an output object. Sections, symbols and relocations are added in any order; ids that the builder
 * returns stay valid. elf_out_write() sorts local symbols before global ones, makes the relocation sections,
 * the symbol and string tables, and writes a temporary file that it renames when it is complete.
 *
 * All bytes and names that are added are copied: an output never points into an input.
 */
#ifndef KLP_ELF_BUILD_H
#define KLP_ELF_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct arch_ops;
struct elf_out;

/* The attributes of a section that its creator chooses. */
struct elf_out_sec_attr {
	uint32_t type;    /* SHT_* */
	uint64_t flags;   /* SHF_* */
	uint64_t align;   /* bytes; grows if something is appended with a larger alignment */
	uint64_t entsize; /* bytes */
	uint32_t link;    /* section id, 0: none (SHF_LINK_ORDER) */
	uint32_t info;    /* written as it is */
	uint64_t addr;    /* the same */
};

struct elf_out_sym {
	const char *name;
	uint64_t value; /* bytes from the start of its section */
	uint64_t size;  /* bytes */
	uint32_t sec;   /* section id, 0: undefined, or ELF_SHN_* of elf/model.h */
	uint8_t type;   /* STT_* */
	uint8_t bind;   /* STB_* */
	uint8_t vis;    /* STV_* */
};

struct elf_out *elf_out_new(const struct arch_ops *arch);
void elf_out_free(struct elf_out *out);

/* Adds an empty section, returns its id (>= 1). Names need not be unique. */
uint32_t elf_out_add_section(struct elf_out *out, const char *name, const struct elf_out_sec_attr *attr);
/* Returns the id of the first section of that name, or 0. */
uint32_t elf_out_find_section(const struct elf_out *out, const char *name);
/*
 * Appends size bytes (zeros if data is NULL; SHT_NOBITS: only the size grows) at a multiple of align, returns their
 * offset.
 */
uint64_t elf_out_append(struct elf_out *out, uint32_t sec, const void *data, uint64_t size, uint64_t align);
/* Overwrites bytes that were appended before. The range must exist. */
void elf_out_patch(struct elf_out *out, uint32_t sec, uint64_t offset, const void *data, uint64_t size);
/* The bytes at offset, which were appended before; valid until the next append. */
uint8_t *elf_out_bytes(struct elf_out *out, uint32_t sec, uint64_t offset);

/*
 * Adds a symbol, returns its id (>= 1). A symbol of type STT_SECTION is made once per section by
 * elf_out_section_symbol().
 */
uint32_t elf_out_add_symbol(struct elf_out *out, const struct elf_out_sym *sym);
uint32_t elf_out_section_symbol(struct elf_out *out, uint32_t sec);
/*
 * Adds a relocation of sec to its ordinary relocation section, which is made at the first call as ".rela" + name.
 * Relocations are written in the order in which they were added.
 */
void elf_out_add_rela(struct elf_out *out, uint32_t sec, uint64_t offset, uint32_t type, uint32_t sym, int64_t addend);
/*
 * Adds a further, empty relocation section for sec (`.klp.rela.kvm..text.foo`) with these flags besides SHF_INFO_LINK;
 * returns its id, for elf_out_add_rela_in().
 */
uint32_t elf_out_add_rela_section(struct elf_out *out, const char *name, uint32_t sec, uint64_t flags);
void elf_out_add_rela_in(struct elf_out *out, uint32_t rela_sec, uint64_t offset, uint32_t type, uint32_t sym,
			 int64_t addend);

/*
 * Writes the file: sections in the order in which they were added, then symbol and string tables.
 * Returns 0 or -errno, reported. The same calls give the same bytes.
 */
int elf_out_write(struct elf_out *out, const char *path, struct diag *diag) __attribute__((warn_unused_result));

#endif
