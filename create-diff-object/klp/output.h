/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The output object of one translation unit: what was selected, referring to the rest as planned, and the table of
 * patched functions.
 */
#ifndef KLP_KLP_OUTPUT_H
#define KLP_KLP_OUTPUT_H

#include "klp/kept.h"
#include "klp/plan.h"

struct elf_out;

/*
 * Builds the output. Refusals that only show here (a late relocation where the kernel patches code) are reported and
 * collected; the caller checks diag before it writes. Returns 0 or -errno.
 */
int output_new(const struct diff *diff, const struct plan_target *target, const struct plan *plan,
	       const struct kept *kept, struct elf_out **result, struct diag *diag) __attribute__((warn_unused_result));

#endif
