// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the table of special entries, which special/ fills. */
#include "diff/entries.h"

uint32_t entries_of_text(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
			 const uint32_t **first)
{
	uint32_t low = 0, high = entries->ntext, n = 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct entry *entry = &entries->v[entries->of_text[middle]];

		if (entry->site_sec < sec || (entry->site_sec == sec && entry->site < start))
			low = middle + 1;
		else
			high = middle;
	}
	*first = entries->of_text + low;
	for (; low + n < entries->ntext; n++) {
		const struct entry *entry = &entries->v[entries->of_text[low + n]];

		if (entry->site_sec != sec || entry->site >= end)
			break;
	}
	return n;
}
