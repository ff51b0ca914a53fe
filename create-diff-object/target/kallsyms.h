/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The symbols of a kernel image that has no symbol table, out of its own kallsyms.
 */
#ifndef KLP_TARGET_KALLSYMS_H
#define KLP_TARGET_KALLSYMS_H

#include <stddef.h>

struct diag;
struct elf_obj;

/*
 * Finds and unpacks kallsyms of a linked kernel. *text (malloc()ed) gets lines "ffffffff81000000 T _text", in
 * the kernel's order: what /proc/kallsyms shows of vmlinux when the kernel runs where it was linked (nokaslr).
 * Returns 0 or -errno, reported.
 */
int kallsyms_extract(const struct elf_obj *image, char **text, size_t *size, struct diag *diag)
	__attribute__((warn_unused_result));

#endif
