// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the table of special entries, which special/ fills. */
#include "diff/entries.h"

#include "util/search.h"

static bool is_before(const struct entry *entry, uint32_t sec, uint64_t start)
{
	return entry->site_sec < sec || (entry->site_sec == sec && entry->site < start);
}

uint32_t entries_of_text(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
			 const uint32_t **first)
{
	uint32_t low = lower_bound(entries->ntext, i, is_before(&entries->v[entries->of_text[i]], sec, start)), n = 0;

	*first = entries->of_text + low;
	for (; low + n < entries->ntext; n++) {
		const struct entry *entry = &entries->v[entries->of_text[low + n]];

		if (entry->site_sec != sec || entry->site >= end)
			break;
	}
	return n;
}
