/* SPDX-License-Identifier: GPL-2.0-only */
/* Changed functions that ftrace can't reach, and that are changed through their callers. */
#ifndef KLP_DIFF_UNTRACED_H
#define KLP_DIFF_UNTRACED_H

#include "diff/change.h"
#include "diff/correlate.h"
#include "object/side.h"

/* Could the patched piece be a changed function without an ftrace location whose callers call its new copy? */
bool untraced_is_copyable(const struct side *orig, const struct side *patched, const struct corr *corr, uint32_t p);

/* Marks those that changed as copied, and makes their callers changed ones. info: by patched piece. */
void untraced_copy(const struct side *orig, const struct side *patched, const struct corr *corr,
		   struct change_info *info);

#endif
