/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking the special tables of an object apart into entries, each with the function that it belongs to. */
#ifndef KLP_SPECIAL_ENTRIES_H
#define KLP_SPECIAL_ENTRIES_H

#include "diff/entries.h"
#include "diff/pieces.h"
#include "diff/refs.h"

struct layout;

/* Returns 0 or -errno, reported: an entry size can't be told, or an entry has no owner. */
int entries_new(const struct pieces *pieces, const struct refs *refs, const struct layout *layout,
		struct entries **result, struct diag *diag) __attribute__((warn_unused_result));
void entries_free(struct entries *entries);

#endif
