/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables that the module's hook reads at load: kmod/patch/klp-records.h has their layout. */
#ifndef KLP_KLP_FUNCS_H
#define KLP_KLP_FUNCS_H

#include <stdint.h>

#include "kernel/livepatch.h"

struct arch_ops;
struct elf_out;
struct plan_function;

/* Adds the record of one function, whose new code stands at symbol new_func (id in out). */
void funcs_add(struct elf_out *out, const struct arch_ops *arch, const char *object,
	       const struct plan_function *function, uint32_t new_func);
/* Adds the record of a callback, which is symbol function; and that of the array of states, which is symbol states. */
void funcs_add_callback(struct elf_out *out, const struct arch_ops *arch, const char *object,
			enum klp_callback_kind kind, uint32_t function);
void funcs_add_states(struct elf_out *out, const struct arch_ops *arch, uint32_t states);

#endif
