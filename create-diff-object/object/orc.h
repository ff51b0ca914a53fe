/* SPDX-License-Identifier: GPL-2.0-only */
/* The unwind records that objtool made, in order of the code that they are for. */
#ifndef KLP_OBJECT_ORC_H
#define KLP_OBJECT_ORC_H

#include "object/entries.h"
#include "object/pieces.h"
#include "object/refs.h"

struct layout;

/* Fills the orc members of entries. Returns 0 or -errno, reported. */
int orc_read(const struct pieces *pieces, const struct refs *refs, const struct layout *layout, struct entries *entries,
	     struct diag *diag) __attribute__((warn_unused_result));

/*
 * The records for [start, end) of a section: stores the first and returns how many. The first one may stand before
 * start: it is in force there.
 */
uint32_t orc_in_range(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
		      const struct orc_record **first);

#endif
