/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What code may rely on in a variable without reading it: how it is aligned, its section's flags, what its section
 * promises.
 */
#ifndef KLP_DIFF_ATTRIBUTES_H
#define KLP_DIFF_ATTRIBUTES_H

#include "diff/change.h"
#include "object/side.h"

/*
 * The first attribute in which two data that are partners differ: DIFF_KIND, DIFF_SECTION, DIFF_ALIGNMENT, or
 * DIFF_NONE.
 */
enum difference attributes_compare(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p);

/* The alignment that a piece has by where it stands, in bytes: never more than its section's. */
uint64_t attributes_alignment(const struct side *side, uint32_t id);

#endif
