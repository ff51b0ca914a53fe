/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule L6: no relocation that waits for a module lands in bytes that the kernel rewrote or read when it loaded the
 * livepatch.
 */
#ifndef KLP_KLP_LATE_H
#define KLP_KLP_LATE_H

#include "diff/select.h"
#include "klp/plan.h"

struct late {
	const struct diff *diff;
	const struct plan *plan;
	struct diag *diag;
	/* The symbol that was refused last, and for whom: a function may use a key many times. */
	const char *refused;
	uint32_t refused_owner;
};

/* May the entry of a part be in the output? It may not if it does no harm to drop it. Else refuses what is too late. */
bool late_may_keep_entry(struct late *late, const struct use_part *part);

/* Refuses instructions of a block that the kernel copies before they are complete. */
void late_check_block(const struct late *late, const struct use_part *part);

#endif
