/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target kernel as the checks see it: its symbols, its exports, and, when an image was given, its bytes.
 */
#ifndef KLP_VERIFY_TARGET_H
#define KLP_VERIFY_TARGET_H

#include <stdbool.h>
#include <stdint.h>

struct diag;
struct elf_sec;
struct symtab;
struct verify;

/* Reads the target into v. Returns 0 or -errno, reported. */
int verify_read_target(struct verify *v, struct diag *diag) __attribute__((warn_unused_result));
void verify_free_target(struct verify *v);

/* The section of the image that holds this address and has bytes, or NULL. */
const struct elf_sec *verify_find_image_section(const struct verify *v, uint64_t addr);
/* The address of a symbol of vmlinux, 0 if there is none. */
uint64_t verify_symbol_address(const struct verify *v, const char *name);

/* Is this memory of vmlinux that is freed when the kernel has started? */
bool verify_is_init_address(const struct verify *v, uint64_t addr);

/* Id of the symbol that klp_find_object_symbol() finds for (name, sympos), or SYMTAB_NONE. */
uint32_t verify_find_sympos(const struct symtab *tab, const char *name, uint64_t sympos);

#endif
