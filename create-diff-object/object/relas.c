// SPDX-License-Identifier: GPL-2.0-only
/* See relas.h. */
#include "object/relas.h"

#include <stdlib.h>

#include "arch/arch.h"
#include "util/arena.h"
#include "util/search.h"

static int compare(const void *a, const void *b)
{
	const struct elf_rela *ra = *(const struct elf_rela *const *)a, *rb = *(const struct elf_rela *const *)b;

	if (ra->offset != rb->offset)
		return ra->offset < rb->offset ? -1 : 1;
	return ra < rb ? -1 : ra > rb;
}

static bool does_nothing(const struct elf_rela *rela, const struct arch_ops *arch)
{
	const struct arch_reloc *reloc = arch->reloc(rela->type);

	return reloc->known && !reloc->size;
}

/* arch NULL: all of them. */
static struct relas sort(const struct elf_sec *sec, const struct arch_ops *arch, struct arena *arena)
{
	struct relas relas = {.v = arena_array(arena, const struct elf_rela *, sec->nrelas)};

	for (uint32_t i = 0; i < sec->nrelas; i++)
		if (!arch || !does_nothing(&sec->relas[i], arch))
			relas.v[relas.n++] = &sec->relas[i];
	if (relas.n)
		qsort(relas.v, relas.n, sizeof(*relas.v), compare);
	return relas;
}

struct relas relas_sorted(const struct elf_sec *sec, struct arena *arena)
{
	return sort(sec, NULL, arena);
}

struct relas relas_sorted_writing(const struct elf_sec *sec, const struct arch_ops *arch, struct arena *arena)
{
	return sort(sec, arch, arena);
}

uint32_t relas_first(const struct relas *relas, uint64_t offset)
{
	return lower_bound(relas->n, i, relas->v[i]->offset < offset);
}
