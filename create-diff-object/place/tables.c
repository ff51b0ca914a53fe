// SPDX-License-Identifier: GPL-2.0-only
/*
 * `.altinstructions`, `__jump_table`, `__ex_table` and their like are collected from all objects by the link, and
 * some are sorted then (`__ex_table` and `__mcount_loc` by scripts/sorttable.c), so an object's part of such a table
 * need not be in one piece. But each entry names a place in the code, which is known by now: the entries of the
 * host that name a place are compared with those of the object that do. What else an entry refers to (replacement
 * instructions, a static key, a fixup) is followed like any reference.
 *
 * The size of an entry is one of those that kernels have had (arch/): the one at which the host's entries all name
 * instructions where they should. So an object without a table is held against the host's too: it must have no entry
 * for code of the object.
 *
 * Not looked at: ORC data, which follows from the code and is joined and sorted at the link.
 */
#include "place/tables.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "kernel/names.h"
#include "kernel/special.h"
#include "place/follow.h"
#include "place/match.h"
#include "util/arena.h"
#include "util/search.h"
#include "util/vec.h"

/* An entry of the host's table. */
struct host_entry {
	struct place target; /* the code that it names, by its first field */
	uint64_t offset;     /* bytes from the start of the table */
	bool used;           /* the object has this entry */
};

typedef VEC(struct host_entry) entry_vec;

/* One table of the object and of the host; either may lack it. */
struct table {
	const char *name;
	uint32_t sec;       /* of the object, 0: it has none */
	struct place start; /* in the host */
	uint64_t bytes;     /* in the host, 0: it has none */
	const struct special_layout *layout;
	entry_vec theirs; /* the host's entries for code of the object, sorted by target, then offset */
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

static uint32_t field_type(const struct proof *pl, const struct special_layout *layout)
{
	return layout->absolute ? pl->obj->arch->reloc_abs64 : pl->obj->arch->reloc_pc32;
}

/* The place that a field of the host's table names; false if it names none. */
static bool read_field(const struct proof *pl, const struct table *table, const struct special_layout *layout,
		       uint64_t offset, struct place *target)
{
	const struct elf_rela rela = {.type = field_type(pl, layout)};
	struct place at = {table->start.shndx, table->start.offset + offset};
	const char *name;

	return host_read_field(pl->host, at, &rela, target, &name) == HOST_FIELD_PLACE;
}

/* Does each entry of the host's table name instructions where this layout wants some? */
static bool fits_host(const struct proof *pl, const struct table *table, const struct special_layout *layout)
{
	for (uint64_t at = 0; at + layout->size <= table->bytes; at += layout->size) {
		for (uint32_t f = 0; f < SPECIAL_MAX_FIELDS && layout->fields[f].kind; f++) {
			struct place target;

			if (layout->fields[f].kind == FIELD_SITE &&
			    (!read_field(pl, table, layout, at + layout->fields[f].at, &target) ||
			     !host_is_text(pl->host, target)))
				return false;
		}
	}
	return true;
}

/* The relocation of an entry of the object that names its code, or NULL. */
static const struct elf_rela *find_site(const struct proof *pl, const struct table *table,
					const struct special_layout *layout, uint64_t offset)
{
	const struct relas *relas = &pl->relas[table->sec];
	uint32_t i = relas_first(relas, offset);
	const struct elf_rela *rela;

	if (i == relas->n)
		return NULL;
	rela = relas->v[i];
	return rela->offset == offset && pl->obj->arch->reloc(rela->type)->size == (layout->absolute ? 8 : 4) ? rela
													      : NULL;
}

static bool fits_object(const struct proof *pl, const struct table *table, const struct special_layout *layout)
{
	uint64_t size = pl->obj->secs[table->sec].size, rest = size % layout->size;

	if (rest && (!layout->least || rest < layout->least))
		return false;
	for (uint64_t at = 0; at < size; at += layout->size)
		if (!find_site(pl, table, layout, at))
			return false;
	return true;
}

/*
 * The layout that fits both tables; a table has one in all objects, so that only an unknown one fits neither. Those
 * of one kernel are told apart by the host's entries already, unless it has next to none.
 */
static const struct special_layout *find_layout(const struct proof *pl, const struct table *table,
						const struct special_layout *layouts)
{
	for (const struct special_layout *layout = layouts; layout->size; layout++)
		if ((!table->sec || fits_object(pl, table, layout)) &&
		    (!layouts[1].size || fits_host(pl, table, layout)))
			return layout;
	return NULL;
}

/* Is there code of the object at this place? sec and offset tell where it is in the object. */
static bool find_own_code(const struct proof *pl, struct place at, uint32_t *sec, uint64_t *offset)
{
	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		const struct spot *spot = &pl->secs[s];

		if (spot->state != SPOT_PLACED || spot->at.shndx != at.shndx || at.offset < spot->at.offset ||
		    at.offset - spot->at.offset >= pl->obj->secs[s].size || !elf_sec_is_text(&pl->obj->secs[s]))
			continue;
		*sec = s;
		*offset = at.offset - spot->at.offset;
		return true;
	}
	return false;
}

/* Collects the host's entries that name code of the object. */
static void read_host_table(const struct proof *pl, struct table *table)
{
	for (uint64_t at = 0; at + table->layout->size <= table->bytes; at += table->layout->size) {
		struct host_entry entry = {.offset = at};
		uint64_t offset;
		uint32_t sec;

		if (read_field(pl, table, table->layout, at, &entry.target) &&
		    find_own_code(pl, entry.target, &sec, &offset))
			vec_add(&table->theirs, entry);
	}
	if (table->theirs.n)
		qsort(table->theirs.v, table->theirs.n, sizeof(*table->theirs.v), compare_entries);
}

static uint32_t first_entry_at(const struct table *table, struct place target)
{
	return lower_bound(table->theirs.n, i, place_before(table->theirs.v[i].target, target));
}

/* The place where the object's section would begin if its entry at offset were the host's entry. */
static struct place base_for(const struct table *table, const struct host_entry *entry, uint64_t offset)
{
	return (struct place){table->start.shndx, table->start.offset + entry->offset - offset};
}

/* Finds the host's entry that equals the object's at offset, and follows it. */
static bool follow_entry(struct proof *pl, struct table *table, uint64_t offset, struct place target)
{
	uint64_t end = offset + table->layout->size;

	/* The last entry may lack its padding. */
	if (end > pl->obj->secs[table->sec].size)
		end = pl->obj->secs[table->sec].size;
	for (uint32_t i = first_entry_at(table, target);
	     i < table->theirs.n && place_equal(table->theirs.v[i].target, target); i++) {
		struct host_entry *entry = &table->theirs.v[i];
		struct place base = base_for(table, entry, offset);
		const char *reason;
		uint64_t where;

		if (entry->used || !match_bytes(pl, table->sec, base, offset, end, &where) ||
		    !follow_range(pl, table->sec, base, offset, end, false, &where, &reason))
			continue;
		entry->used = true;
		return follow_range(pl, table->sec, base, offset, end, true, &where, &reason);
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

/* An entry for this instruction differs: the function does, or the code that is in no function. */
static void blame(struct proof *pl, uint32_t sec, uint64_t offset, const char *reason)
{
	uint32_t func = match_find_func(pl, sec, offset);

	if (func == UINT32_MAX) {
		proof_add_diff(pl, sec, offset, reason);
	} else if (pl->funcs[func].state == FUNC_MATCHES && !is_overridden(pl, sec, offset)) {
		pl->funcs[func].state = FUNC_DIFFERS;
		pl->funcs[func].where = offset;
		pl->funcs[func].reason = reason;
	}
}

/*
 * An entry of the object: is it the host's as well? One for code that has no place is left to those who miss the code.
 */
static void compare_entry(struct proof *pl, struct table *table, uint64_t offset)
{
	const struct elf_rela *rela = find_site(pl, table, table->layout, offset);
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];
	const struct spot *spot = elf_sym_has_section(sym) ? &pl->secs[sym->shndx] : NULL;
	uint64_t at = sym->value + (uint64_t)rela->addend;

	if (!spot || !elf_sec_is_text(&pl->obj->secs[sym->shndx]))
		proof_add_diff(pl, table->sec, offset, "an entry that belongs to no instruction of this object");
	else if (spot->state == SPOT_PLACED &&
		 !follow_entry(pl, table, offset, (struct place){spot->at.shndx, spot->at.offset + at}))
		blame(pl, sym->shndx, at,
		      arena_printf(pl->arena, "compiled with an entry in %s that the kernel does not have",
				   table->name));
}

static void compare_table(struct proof *pl, struct table *table)
{
	for (uint64_t at = 0; table->sec && at < pl->obj->secs[table->sec].size; at += table->layout->size)
		compare_entry(pl, table, at);
	for (uint32_t i = 0; i < table->theirs.n; i++) {
		uint64_t offset;
		uint32_t own;

		if (!table->theirs.v[i].used && find_own_code(pl, table->theirs.v[i].target, &own, &offset))
			blame(pl, own, offset,
			      arena_printf(pl->arena,
					   "the kernel has an entry in %s that the compiled object does not have",
					   table->name));
	}
}

/* The first code of the object that has a place: what to name if a table as a whole can't be read. */
static uint32_t find_first_text(const struct proof *pl)
{
	for (uint32_t s = 1; s < pl->obj->nsecs; s++)
		if (pl->secs[s].state == SPOT_PLACED && elf_sec_is_text(&pl->obj->secs[s]))
			return s;
	return 0;
}

static void follow_table(struct proof *pl, const char *name, const struct special_layout *layouts)
{
	struct table table = {.name = name, .sec = elf_obj_find_section_index(pl->obj, name)};
	uint32_t first = find_first_text(pl);

	if (table.sec && !pl->obj->secs[table.sec].size)
		table.sec = 0;
	/* A table that is not there has no entries. */
	if (!host_find_table(pl->host, name, &table.start, &table.bytes))
		table.bytes = 0;
	if (!first || (!table.sec && !table.bytes))
		return;
	table.layout = find_layout(pl, &table, layouts);
	if (!table.layout) {
		blame(pl, first, 0, arena_printf(pl->arena, "%s has entries of an unknown form", name));
		return;
	}
	read_host_table(pl, &table);
	compare_table(pl, &table);
	vec_free(&table.theirs);
}

static uint32_t count_placed(const struct proof *pl)
{
	uint32_t n = 0;

	for (uint32_t s = 1; s < pl->obj->nsecs; s++)
		n += pl->secs[s].state == SPOT_PLACED;
	return n;
}

/*
 * A table for each constant that the kernel writes into instructions when it starts (runtime_const_ptr(), since 6.11).
 */
static void follow_constants(struct proof *pl)
{
	static const struct special_layout layouts[] = {{.size = 4, .fields = {{0, FIELD_SITE}}}, {.size = 0}};

	for (uint32_t s = 1; s < pl->obj->nsecs; s++)
		if (is_runtime_constant_section(pl->obj->secs[s].name))
			follow_table(pl, pl->obj->secs[s].name, layouts);
	for (uint32_t s = 1; s < pl->host->elf->nsecs; s++) {
		const char *name = pl->host->elf->secs[s].name;

		if (is_runtime_constant_section(name) && !elf_obj_find_section_index(pl->obj, name))
			follow_table(pl, name, layouts);
	}
}

bool tables_follow(struct proof *pl)
{
	uint32_t before = count_placed(pl);

	/*
	 * The first is .altinstructions, which tells where replacement instructions are, for which others have entries.
	 */
	for (const struct special_row *row = pl->obj->arch->special; row->section; row++)
		if (!row->left_out && !row->is_records)
			follow_table(pl, row->section, row->layouts);
	follow_constants(pl);
	return count_placed(pl) > before;
}
