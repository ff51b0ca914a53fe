// SPDX-License-Identifier: GPL-2.0-only
/*
 * `.altinstructions`, `__jump_table`, `__ex_table` and their like are collected from all objects by the link, and
 * some are sorted then (`__ex_table` and `__mcount_loc` by scripts/sorttable.c), so an object's part of such a table
 * need not be in one piece. But each entry names a place in the code, which is known by now: the entries of the
 * host that name a place are compared with those of the object that do. What else an entry refers to (replacement
 * instructions, a static key, a fixup) is followed like any reference.
 *
 * Not looked at: ORC data, which follows from the code and is joined and sorted at the link.
 */
#include "place/tables.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/names.h"
#include "place/follow.h"
#include "place/match.h"
#include "util/arena.h"
#include "util/vec.h"

/* An entry of the host's table. */
struct host_entry {
	struct place target; /* the code that it names, by its first field */
	uint64_t offset;     /* bytes from the start of the table */
	bool used;           /* the object has this entry */
};

typedef VEC(struct host_entry) entry_vec;

/* One table of the object and of the host. */
struct table {
	uint32_t sec;       /* of the object */
	uint64_t size;      /* bytes of an entry */
	uint32_t nrelas;    /* relocations of an entry; the first is the field that names the code */
	struct place start; /* in the host */
	entry_vec theirs;   /* sorted by target, then offset */
};

static bool place_before(struct place a, struct place b)
{
	return a.shndx != b.shndx ? a.shndx < b.shndx : a.offset < b.offset;
}

static int compare_entries(const void *a, const void *b)
{
	const struct host_entry *ea = a, *eb = b;

	if (!place_equal(ea->target, eb->target))
		return place_before(ea->target, eb->target) ? -1 : 1;
	return ea->offset < eb->offset ? -1 : ea->offset > eb->offset;
}

/*
 * The size of an entry is the shortest at which all entries have relocations at the same offsets. Every table has
 * its first field in the first bytes of an entry, so there is one.
 */
static bool find_entry_size(const struct proof *pl, struct table *table)
{
	const struct elf_sec *sec = &pl->obj->secs[table->sec];
	const struct elf_rela **relas = pl->relas[table->sec];

	for (uint64_t size = 4; size <= sec->size; size++) {
		uint64_t n = sec->size / size;
		uint32_t each = (uint32_t)(sec->nrelas / n), i = 0;

		if (sec->size % size || !each || each * n != sec->nrelas)
			continue;
		while (i < sec->nrelas && relas[i]->offset == relas[i % each]->offset + i / each * size &&
		       relas[i]->type == relas[i % each]->type)
			i++;
		if (i < sec->nrelas || relas[0]->offset || relas[each - 1]->offset >= size)
			continue;
		table->size = size;
		table->nrelas = each;
		return true;
	}
	return false;
}

/* Where in the host the code is that an entry of the object names. */
static bool find_target(const struct proof *pl, const struct elf_rela *rela, struct place *at)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];
	const struct spot *spot;

	if (!elf_sym_has_section(sym))
		return false;
	spot = &pl->secs[sym->shndx];
	*at = (struct place){spot->at.shndx, spot->at.offset + sym->value + (uint64_t)rela->addend};
	return spot->state == SPOT_PLACED && elf_sec_is_text(&pl->obj->secs[sym->shndx]);
}

/* Is there code of the object at this place? sec and offset tell where it is in the object. */
static bool find_own_code(const struct proof *pl, struct place at, uint32_t *sec, uint64_t *offset)
{
	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		const struct spot *spot = &pl->secs[s];

		if (spot->state != SPOT_PLACED || !elf_sec_is_text(&pl->obj->secs[s]) || spot->at.shndx != at.shndx ||
		    at.offset < spot->at.offset || at.offset - spot->at.offset >= pl->obj->secs[s].size)
			continue;
		*sec = s;
		*offset = at.offset - spot->at.offset;
		return true;
	}
	return false;
}

/* Collects the host's entries that name code of the object. */
static void read_host_table(const struct proof *pl, struct table *table, uint64_t size)
{
	const struct elf_rela first = {.type = pl->relas[table->sec][0]->type};

	for (uint64_t at = 0; at + table->size <= size; at += table->size) {
		struct host_entry entry = {.offset = at};
		const char *name;
		uint64_t offset;
		uint32_t sec;

		if (host_read_field(pl->host, (struct place){table->start.shndx, table->start.offset + at}, &first,
				    &entry.target, &name) == HOST_FIELD_PLACE &&
		    find_own_code(pl, entry.target, &sec, &offset))
			vec_add(&table->theirs, entry);
	}
	if (table->theirs.n)
		qsort(table->theirs.v, table->theirs.n, sizeof(*table->theirs.v), compare_entries);
}

static uint32_t first_entry_at(const struct table *table, struct place target)
{
	uint32_t low = 0, high = table->theirs.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (place_before(table->theirs.v[mid].target, target))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The place where the object's section would begin if its entry at offset were the host's entry. */
static struct place base_for(const struct table *table, const struct host_entry *entry, uint64_t offset)
{
	return (struct place){table->start.shndx, table->start.offset + entry->offset - offset};
}

/* Finds the host's entry that equals the object's at offset, and follows it. */
static bool follow_entry(struct proof *pl, struct table *table, uint64_t offset, struct place target)
{
	for (uint32_t i = first_entry_at(table, target);
	     i < table->theirs.n && place_equal(table->theirs.v[i].target, target); i++) {
		struct host_entry *entry = &table->theirs.v[i];
		struct place base = base_for(table, entry, offset);
		const char *reason;
		uint64_t where;

		if (entry->used || !match_bytes(pl, table->sec, base, offset, offset + table->size, &where) ||
		    !follow_range(pl, table->sec, base, offset, offset + table->size, false, &where, &reason))
			continue;
		entry->used = true;
		return follow_range(pl, table->sec, base, offset, offset + table->size, true, &where, &reason);
	}
	return false;
}

/*
 * A weak function that another object's replaced: its code is in the kernel, but its ftrace location need not be. The
 * stock 6.12 kernel leaves it out, 6.1 keeps it (arch_report_meminfo() of fs/proc/meminfo.c).
 */
static bool is_overridden(const struct proof *pl, uint32_t sec, uint64_t offset)
{
	uint32_t func = match_find_func(pl, sec, offset);
	struct place at = {pl->secs[sec].at.shndx, pl->secs[sec].at.offset};
	const struct elf_sym *sym;

	if (func == UINT32_MAX)
		return false;
	sym = &pl->obj->syms[pl->funcs[func].sym];
	return sym->bind == STB_WEAK &&
	       symtab_find_name_at(pl->host->symtab, sym->name, at.shndx, at.offset + sym->value) == SYMTAB_NONE;
}

static void blame(struct proof *pl, uint32_t sec, uint64_t offset, const char *reason)
{
	uint32_t func = match_find_func(pl, sec, offset);

	if (func != UINT32_MAX && pl->funcs[func].state == FUNC_MATCHES && !is_overridden(pl, sec, offset)) {
		pl->funcs[func].state = FUNC_DIFFERS;
		pl->funcs[func].where = offset;
		pl->funcs[func].reason = reason;
	}
}

static void compare_table(struct proof *pl, struct table *table)
{
	const struct elf_sec *sec = &pl->obj->secs[table->sec];

	for (uint64_t at = 0; at < sec->size; at += table->size) {
		const struct elf_rela *rela = pl->relas[table->sec][at / table->size * table->nrelas];
		const struct elf_sym *sym = &pl->obj->syms[rela->sym];
		struct place target;

		if (find_target(pl, rela, &target) && !follow_entry(pl, table, at, target))
			blame(pl, sym->shndx, sym->value + (uint64_t)rela->addend,
			      arena_printf(pl->arena, "compiled with an entry in %s that the kernel has not",
					   sec->name));
	}
	for (uint32_t i = 0; i < table->theirs.n; i++) {
		uint64_t offset;
		uint32_t own;

		if (!table->theirs.v[i].used && find_own_code(pl, table->theirs.v[i].target, &own, &offset))
			blame(pl, own, offset,
			      arena_printf(pl->arena, "the kernel has an entry in %s that was not compiled",
					   sec->name));
	}
}

static uint32_t count_placed(const struct proof *pl)
{
	uint32_t n = 0;

	for (uint32_t s = 1; s < pl->obj->nsecs; s++)
		n += pl->secs[s].state == SPOT_PLACED;
	return n;
}

bool tables_follow(struct proof *pl)
{
	uint32_t before = count_placed(pl);

	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		struct table table = {.sec = s};
		uint64_t size;

		if (sec_classify(&pl->obj->secs[s]) != SEC_SPECIAL || is_unwind_section(pl->obj->secs[s].name) ||
		    !pl->relas[s])
			continue;
		/* A table that is not there has no entries. */
		if (!host_find_table(pl->host, pl->obj->secs[s].name, &table.start, &size))
			size = 0;
		if (find_entry_size(pl, &table))
			read_host_table(pl, &table, size);
		else
			table.size = pl->obj->secs[s].size;
		compare_table(pl, &table);
		vec_free(&table.theirs);
	}
	return count_placed(pl) > before;
}
