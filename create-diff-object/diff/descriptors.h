/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairing the descriptors of pr_debug(), which say whether a message was switched on (dynamic debug).
 */
#ifndef KLP_DIFF_DESCRIPTORS_H
#define KLP_DIFF_DESCRIPTORS_H

#include "diff/correlate.h"

/*
 * Adds to corr, which has the functions paired already, those descriptors of a pair of functions that are the same but
 * for their line. The others stay new.
 */
void descriptors_pair(const struct side *orig, const struct side *patched, struct corr *corr);

#endif
