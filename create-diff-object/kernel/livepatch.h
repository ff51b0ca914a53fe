/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names by which a module tells livepatch what to resolve (Documentation/livepatch/module-elf-format.rst), and
 * their limits (klp_resolve_symbols() and klp_apply_section_relocs(), kernel/livepatch/core.c). The table of patched
 * functions is ours: kmod/patch/klp-records.h.
 */
#ifndef KLP_KERNEL_LIVEPATCH_H
#define KLP_KERNEL_LIVEPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/patch/klp-records.h"

struct arena;

/* include/uapi/linux/elf.h; not in <elf.h> of elfutils 0.188 */
#ifndef SHN_LIVEPATCH
#define SHN_LIVEPATCH 0xff20
#endif
#ifndef SHF_RELA_LIVEPATCH
#define SHF_RELA_LIVEPATCH 0x00100000
#endif

/* Symbols, .klp.sym.<object>.<symbol>,<sympos>, and sections of relocations, .klp.rela.<object>.<section> */
#define KLP_SYM_PREFIX  ".klp.sym."
#define KLP_RELA_PREFIX ".klp.rela."
/* Kernels before 5.8 knew sections of this name, with alternatives that wait for a module. */
#define KLP_ARCH_PREFIX ".klp.arch."

/* MODULE_NAME_LEN - 1 on 64 bit: 64 - sizeof(unsigned long) - 1 */
#define KLP_OBJECT_NAME_MAX 55
/* KSYM_NAME_LEN - 1 of the newest kernels; see klp_symbol_name_max() */
#define KLP_SYMBOL_NAME_MAX 511

/* KSYM_NAME_LEN - 1 of a kernel by its release ("6.1.0-56-amd64"); of the newest if that is NULL. */
size_t klp_symbol_name_max(const char *release);

/*
 * Does the section hold livepatch relocations? One that lacks the flag is so by its name, for whoever checks it. flags:
 * SHF_*
 */
bool klp_is_rela_section(const char *name, uint64_t flags);

/*
 * The parts of a symbol's name, within that. Until create-klp-module has made the relocations of its final form, a
 * third part may follow the sympos: the object whose arrival makes the kernel apply them, if it is not the symbol's
 * own.
 */
struct klp_sym_parts {
	const char *object, *symbol, *sympos;
	const char *owner; /* ends with the name; NULL: none */
	size_t object_len, symbol_len, sympos_len;
};

/* Takes a name apart. False if an object, a symbol or a comma is missing; nothing is said of the sympos. */
bool klp_sym_split(const char *name, struct klp_sym_parts *parts);
/* The name of these parts; owner may be NULL. */
char *klp_sym_join(struct arena *arena, const char *object, const char *symbol, uint32_t sympos, const char *owner);

#endif
