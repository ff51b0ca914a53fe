/* SPDX-License-Identifier: GPL-2.0-only */
/* Constants and functions that had one place for several names. */
#ifndef KLP_DIFF_MERGED_H
#define KLP_DIFF_MERGED_H

#include "diff/select.h"

/*
 * The original piece that a patched one without partner was a part of under one of its names, while that piece's
 * partner has the name no more; PIECE_NONE: it is new.
 */
uint32_t merged_before(const struct diff *diff, uint32_t patched);

#endif
