/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed: each piece of the patched object against its partner in the original.
 */
#ifndef KLP_DIFF_CHANGES_H
#define KLP_DIFF_CHANGES_H

#include "diff/change.h"
#include "diff/correlate.h"
#include "object/side.h"

struct author;
struct diag;

struct changes {
	struct change_info *v; /* by patched piece */
	struct arena *arena;   /* owns all of the above */
};

/*
 * Compares everything, but for what the author asked to leave out. A change of a .cold part is a change of its function
 * too. Warns where a difference is guessed to be that of a line number.
 */
int changes_new(const struct side *orig, const struct side *patched, const struct corr *corr,
		const struct author *author, struct changes **result, struct diag *diag)
	__attribute__((warn_unused_result));
void changes_free(struct changes *changes);

#endif
