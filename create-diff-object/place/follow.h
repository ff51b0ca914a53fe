/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From relocations to places: what the target has in a relocated field says where the symbol behind it is.
 */
#ifndef KLP_PLACE_FOLLOW_H
#define KLP_PLACE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "place/place.h"

/*
 * Checks every relocation in [start, end) of a section that begins at base against what is known so far, and that a
 * module has no others there. With
 * commit, what it tells is recorded in the placement. Returns true if all agree; else the first that does not:
 * its offset and the reason.
 */
bool follow_range(struct base_check *check, uint32_t sec, struct address base, uint64_t start, uint64_t end,
		  bool commit, uint64_t *where, const char **reason);

#endif
