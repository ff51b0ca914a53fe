/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of the livepatch that the kernel may know when it is gone.
 */
#ifndef KLP_KLP_KEPT_H
#define KLP_KLP_KEPT_H

#include "klp/plan.h"

/* What the livepatch can't be removed for: names of new functions and variables, each once. */
struct kept {
	const char **names;
	uint32_t n;
	struct arena *arena; /* owns the table; the names are the model's */
};

/* Warns of each address that may be kept (RULE_ADDRESS_KEPT), and lists those that the author did not accept. */
int kept_new(const struct diff *diff, const struct plan *plan, struct kept **result, struct diag *diag)
	__attribute__((warn_unused_result));
void kept_free(struct kept *kept);

#endif
