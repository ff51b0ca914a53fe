/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sizes of structures out of a kernel's BTF (Documentation/bpf/btf.rst), which is in the image itself.
 */
#ifndef KLP_TARGET_BTF_H
#define KLP_TARGET_BTF_H

#include <stdint.h>

struct diag;
struct elf_obj;

/*
 * The size in bytes of each of the n structures named, 0 for one that the kernel has not. An image without BTF
 * (CONFIG_DEBUG_INFO_BTF) has none of them. Returns 0 or -errno, reported.
 */
int btf_read_struct_sizes(const struct elf_obj *image, const char *const *names, uint32_t *sizes, uint32_t n,
			  struct diag *diag) __attribute__((warn_unused_result));

#endif
