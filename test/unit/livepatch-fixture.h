/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small target kernel, its modules and a livepatch module for it, assembled from data/ when a test starts.
 */
#ifndef TEST_UNIT_LIVEPATCH_FIXTURE_H
#define TEST_UNIT_LIVEPATCH_FIXTURE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fixture {
	char dir[32]; /* holds linked.ko, good.ko, part.ko, vmlinux, Module.symvers, modules/ and what tests write */
};

/* For cmocka: make and remove the directory. *state is the struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Runs a shell command in the directory; fails the test if it fails. */
void fixture_run(const struct fixture *fixture, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Absolute path of a file of the directory; the result is valid until the next call but seven. */
const char *fixture_path(const struct fixture *fixture, const char *name);

/* An ELF file in memory, to be changed by a test. */
struct elf_edit {
	uint8_t *bytes;
	size_t size;
};

struct elf_edit elf_edit_read(const char *path);
void elf_edit_write(const struct elf_edit *edit, const char *path);
void elf_edit_free(struct elf_edit *edit);
Elf64_Ehdr *elf_edit_header(struct elf_edit *edit);
/* Both fail the test if there is none of that name. Pointers are valid until the next renaming. */
Elf64_Shdr *elf_edit_section(struct elf_edit *edit, const char *name);
Elf64_Sym *elf_edit_symbol(struct elf_edit *edit, const char *name);
bool elf_edit_has_section(struct elf_edit *edit, const char *name);
uint32_t elf_edit_section_index(struct elf_edit *edit, const char *name);
/* The first byte of a section. */
void *elf_edit_data(struct elf_edit *edit, const char *section);
/* The first relocation of a section that refers to the symbol. */
Elf64_Rela *elf_edit_rela(struct elf_edit *edit, const char *section, const char *symbol);
/* The ordinary relocations of a section that write into these bytes become none. */
void elf_edit_drop_relas(struct elf_edit *edit, const char *section, uint64_t at, uint64_t size);
void elf_edit_rename_section(struct elf_edit *edit, const char *name, const char *new_name);
/* Replaces the contents of a section. */
void elf_edit_set_data(struct elf_edit *edit, const char *section, const void *data, size_t size);
void elf_edit_rename_symbol(struct elf_edit *edit, const char *name, const char *new_name);

#endif
