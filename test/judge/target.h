/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs: the kernel's image with kallsyms, or a module's file. An address in a module is a section and an offset in
 * it.
 */
#ifndef JUDGE_TARGET_H
#define JUDGE_TARGET_H

#include "object.h"

struct kernel {
	struct object *image;
	/* Sorted by name, then address */
	struct named {
		const char *name;
		uint64_t address;
		/* As in kallsyms; capital for a global one */
		char kind;
	} * names;
	size_t n_names;
	/* name -> "vmlinux" or path of a module, of Module.symvers */
	struct export
	{
		const char *name, *owner;
	}
	*exports;
	size_t n_exports;
	const char *modules;
};

/* vmlinux, or a module */
struct target {
	const char *name;
	struct object *file;
	struct kernel *kernel;
	bool is_kernel;
};

struct kernel *kernel_load(const char *image, const char *kallsyms, const char *symvers, const char *modules);
/* The module's file is looked for below the kernel's modules; NULL if it isn't there. */
struct target *target_get(struct kernel *kernel, const char *name);
const char *exporter(const struct kernel *kernel, const char *name);

/* Addresses of a name: all of them, in the order in which the kernel counts. */
size_t target_addresses(const struct target *target, const char *name, uint64_t *addresses, size_t room);
/* As klp_find_object_symbol(): sympos 0 is the only one. */
bool target_resolve(const struct target *target, const char *name, unsigned long sympos, uint64_t *address);
/* The global symbol of this name, which other files mean. */
bool target_global(const struct target *target, const char *name, uint64_t *address);
/* Bytes at an address, or NULL */
const unsigned char *target_bytes(const struct target *target, uint64_t address, uint64_t size);

/*
 * Finds where the functions of an object are in the target, and from them everything they refer to: sets placed and
 * address of symbols.
 */
void place(struct object *orig, struct target *target, size_t *functions, size_t *found, size_t *conflicts);

#endif /* JUDGE_TARGET_H */
