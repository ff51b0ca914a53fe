/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of patched functions that the module's hook reads at load: kmod/patch/klp-records.h has its layout. */
#ifndef KLP_KLP_FUNCS_H
#define KLP_KLP_FUNCS_H

#include <stdint.h>

struct elf_out;
struct plan_function;

/* Adds the record of one function, whose new code stands at symbol new_func (id in out). */
void funcs_add(struct elf_out *out, uint32_t abs64, const char *object, const struct plan_function *function,
	       uint32_t new_func);

#endif
