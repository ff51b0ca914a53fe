/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an image exports, out of its own tables: the truth that a Module.symvers has to agree with.
 */
#ifndef KLP_TARGET_EXPORTS_H
#define KLP_TARGET_EXPORTS_H

#include <stdbool.h>

struct diag;
struct elf_obj;
struct symvers;

/*
 * Reads the exports of a linked kernel, as a Module.symvers would list them. The result borrows the image's strings.
 * *has_crcs: whether it has their CRCs (CONFIG_MODVERSIONS). Returns 0 or -errno, reported.
 */
int exports_read(const struct elf_obj *image, struct symvers **exports, bool *has_crcs, struct diag *diag)
	__attribute__((warn_unused_result));
/*
 * Refuses a Module.symvers whose entries of vmlinux are not these: the first difference is told, and how many there
 * are. Returns 0, or -EPERM.
 */
int exports_compare(const struct symvers *exports, bool has_crcs, const struct symvers *symvers, const char *path,
		    struct diag *diag) __attribute__((warn_unused_result));

#endif
