// SPDX-License-Identifier: GPL-2.0-only
/* See relas.h. */
#include "place/relas.h"

#include "util/search.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const struct elf_rela *ra = *(const struct elf_rela *const *)a, *rb = *(const struct elf_rela *const *)b;

	return ra->offset < rb->offset ? -1 : ra->offset > rb->offset;
}

void relas_sort(const struct elf_rela **relas, uint32_t n)
{
	qsort(relas, n, sizeof(*relas), compare);
}

uint32_t relas_first(const struct elf_rela *const *relas, uint32_t n, uint64_t offset)
{
	return lower_bound(n, i, relas[i]->offset < offset);
}
