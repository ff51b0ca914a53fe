// SPDX-License-Identifier: GPL-2.0-only
/*
 * `.altinstructions`, `__jump_table`, `__ex_table` and their like are collected from all objects by the link, and
 * some are sorted then (`__ex_table` and `__mcount_loc` by scripts/sorttable.c), so an object's part of such a table
 * need not be in one piece. But each entry names a place in the code, which is known by now: the entries of the
 * target that name a place are compared with those of the object that do. What else an entry refers to (replacement
 * instructions, a static key, a fixup) is followed like any reference.
 *
 * The size of an entry is one of those that kernels have had (arch/): the one at which the target's entries all name
 * instructions where they should. So an object without a table is held against the target's too: it must have no entry
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

/* An entry of the target's table. */
struct target_entry {
	struct address site; /* the code that it names, by its first field */
	uint64_t offset;     /* bytes from the start of the table */
	bool used;           /* the object has this entry */
};

typedef VEC(struct target_entry) entry_vec;

/* One table of the object and of the target; either may lack it. */
struct table {
	const char *name;
	uint32_t sec;         /* of the object, 0: it has none */
	struct address start; /* in the target */
	uint64_t bytes;       /* in the target, 0: it has none */
	const struct special_layout *layout;
	entry_vec theirs; /* the target's entries for code of the object, sorted by site, then offset */
};

static bool address_before(struct address a, struct address b)
{
	return a.shndx != b.shndx ? a.shndx < b.shndx : a.offset < b.offset;
}

static int compare_entries(const void *a, const void *b)
{
	const struct target_entry *ea = a, *eb = b;

	if (!address_equal(ea->site, eb->site))
		return address_before(ea->site, eb->site) ? -1 : 1;
	return ea->offset < eb->offset ? -1 : ea->offset > eb->offset;
}

static uint32_t field_type(const struct base_check *check, const struct special_layout *layout)
{
	return layout->absolute ? check->obj->arch->reloc_abs64 : check->obj->arch->reloc_pc32;
}

/* The place that a field of the target's table names; false if it names none. */
static bool read_field(const struct base_check *check, const struct table *table, const struct special_layout *layout,
		       uint64_t offset, struct address *site)
{
	const struct elf_rela rela = {.type = field_type(check, layout)};
	struct address at = {table->start.shndx, table->start.offset + offset};
	const char *name;

	return target_read_field(check->target, at, &rela, site, &name) == TARGET_FIELD_ADDRESS;
}

/*
 * The bytes of a table's entry, 0: there is none. The last one may lack its padding, also the target's: a
 * .parainstructions of 5.10 ends behind the last field (virtio_fs.o, the only object of virtiofs.ko).
 */
static uint64_t entry_bytes(const struct special_layout *layout, uint64_t table_bytes, uint64_t offset)
{
	uint64_t left = offset < table_bytes ? table_bytes - offset : 0;

	if (left >= layout->size)
		return layout->size;
	return layout->least && left >= layout->least ? left : 0;
}

/* Does each entry of the target's table name instructions where this layout wants some? */
static bool fits_target(const struct base_check *check, const struct table *table, const struct special_layout *layout)
{
	for (uint64_t at = 0; entry_bytes(layout, table->bytes, at); at += layout->size) {
		for (uint32_t f = 0; f < SPECIAL_MAX_FIELDS && layout->fields[f].kind; f++) {
			struct address site;

			if (layout->fields[f].kind == FIELD_SITE &&
			    (!read_field(check, table, layout, at + layout->fields[f].at, &site) ||
			     !target_is_text(check->target, site)))
				return false;
		}
	}
	return true;
}

/* The relocation of an entry of the object that names its code, or NULL. */
static const struct elf_rela *find_site(const struct base_check *check, const struct table *table,
					const struct special_layout *layout, uint64_t offset)
{
	const struct relas *relas = &check->relas[table->sec];
	uint32_t i = relas_first(relas, offset);
	const struct elf_rela *rela;

	if (i == relas->n)
		return NULL;
	rela = relas->v[i];
	return rela->offset == offset && check->obj->arch->reloc(rela->type)->size == (layout->absolute ? 8 : 4) ? rela
														 : NULL;
}

static bool is_relocated(const struct base_check *check, const struct table *table, uint64_t offset)
{
	const struct relas *relas = &check->relas[table->sec];
	uint32_t i = relas_first(relas, offset);

	return i < relas->n && relas->v[i]->offset == offset;
}

/*
 * Each field that has a relocation in every entry has one. (Where two entries of 8 bytes have a site, one of 16 has one
 * as well, and a target behind it: struct bug_entry without CONFIG_DEBUG_BUGVERBOSE, and since 6.19.)
 */
static bool fits_object(const struct base_check *check, const struct table *table, const struct special_layout *layout)
{
	uint64_t size = check->obj->secs[table->sec].size;

	for (uint64_t at = 0; at < size; at += layout->size) {
		if (!entry_bytes(layout, size, at) || !find_site(check, table, layout, at))
			return false;
		for (uint32_t f = 1; f < SPECIAL_MAX_FIELDS && layout->fields[f].kind; f++)
			if (layout->fields[f].kind != FIELD_HANDLER &&
			    !is_relocated(check, table, at + layout->fields[f].at))
				return false;
	}
	return true;
}

/*
 * The layout that fits both tables; a table has one in all objects, so that only an unknown one fits neither. Those
 * of one kernel are told apart by the target's entries already, unless it has next to none.
 */
static const struct special_layout *find_layout(const struct base_check *check, const struct table *table,
						const struct special_layout *layouts)
{
	for (const struct special_layout *layout = layouts; layout->size; layout++)
		if ((!table->sec || fits_object(check, table, layout)) &&
		    (!layouts[1].size || fits_target(check, table, layout)))
			return layout;
	return NULL;
}

/* Is there code of the object at this place? sec and offset tell where it is in the object. */
static bool find_own_code(const struct base_check *check, struct address at, uint32_t *sec, uint64_t *offset)
{
	for (uint32_t s = 1; s < check->obj->nsecs; s++) {
		const struct known_address *known = &check->secs[s];

		if (known->state != ADDRESS_KNOWN || known->at.shndx != at.shndx || at.offset < known->at.offset ||
		    at.offset - known->at.offset >= check->obj->secs[s].size || !elf_sec_is_text(&check->obj->secs[s]))
			continue;
		*sec = s;
		*offset = at.offset - known->at.offset;
		return true;
	}
	return false;
}

/* Collects the target's entries that name code of the object. */
static void read_target_table(const struct base_check *check, struct table *table)
{
	for (uint64_t at = 0; entry_bytes(table->layout, table->bytes, at); at += table->layout->size) {
		struct target_entry entry = {.offset = at};
		uint64_t offset;
		uint32_t sec;

		if (read_field(check, table, table->layout, at, &entry.site) &&
		    find_own_code(check, entry.site, &sec, &offset))
			vec_add(&table->theirs, entry);
	}
	if (table->theirs.n)
		qsort(table->theirs.v, table->theirs.n, sizeof(*table->theirs.v), compare_entries);
}

static uint32_t first_entry_at(const struct table *table, struct address site)
{
	return lower_bound(table->theirs.n, i, address_before(table->theirs.v[i].site, site));
}

/* The place where the object's section would begin if its entry at offset were the target's entry. */
static struct address base_for(const struct table *table, const struct target_entry *entry, uint64_t offset)
{
	return (struct address){table->start.shndx, table->start.offset + entry->offset - offset};
}

/* Finds the target's entry that equals the object's at offset, and follows it. */
static bool follow_entry(struct base_check *check, struct table *table, uint64_t offset, struct address site)
{
	uint64_t own = entry_bytes(table->layout, check->obj->secs[table->sec].size, offset);

	for (uint32_t i = first_entry_at(table, site);
	     i < table->theirs.n && address_equal(table->theirs.v[i].site, site); i++) {
		struct target_entry *entry = &table->theirs.v[i];
		struct address base = base_for(table, entry, offset);
		uint64_t bytes = entry_bytes(table->layout, table->bytes, entry->offset);
		uint64_t end = offset + (bytes < own ? bytes : own), where;
		const char *reason;

		if (entry->used || !match_bytes(check, table->sec, base, offset, end, &where) ||
		    !follow_range(check, table->sec, base, offset, end, false, &where, &reason))
			continue;
		entry->used = true;
		return follow_range(check, table->sec, base, offset, end, true, &where, &reason);
	}
	return false;
}

/*
 * A weak function that another object's replaced: its code is in the kernel, but its ftrace location need not be. The
 * stock 6.12 kernel leaves it out, 6.1 keeps it (arch_report_meminfo() of fs/proc/meminfo.c).
 */
static bool is_overridden(const struct base_check *check, uint32_t sec, uint64_t offset)
{
	uint32_t func = match_find_func(check, sec, offset);
	struct address at = {check->secs[sec].at.shndx, check->secs[sec].at.offset};
	const struct elf_sym *sym;

	if (func == UINT32_MAX)
		return false;
	sym = &check->obj->syms[check->funcs[func].sym];
	return sym->bind == STB_WEAK &&
	       symtab_find_name_at(check->target->symtab, sym->name, at.shndx, at.offset + sym->value) == SYMTAB_NONE;
}

/* An entry for this instruction differs: the function does, or the code that is in no function. */
static void blame(struct base_check *check, uint32_t sec, uint64_t offset, const char *reason)
{
	uint32_t func = match_find_func(check, sec, offset);

	if (func == UINT32_MAX) {
		base_check_add_diff(check, sec, offset, reason);
	} else if (check->funcs[func].state == FUNC_MATCHES && !is_overridden(check, sec, offset)) {
		check->funcs[func].state = FUNC_DIFFERS;
		check->funcs[func].where = offset;
		check->funcs[func].reason = reason;
	}
}

/*
 * An entry of the object: is it the target's as well? One for code that has no place is left to those who miss the
 * code.
 */
static void compare_entry(struct base_check *check, struct table *table, uint64_t offset)
{
	const struct elf_rela *rela = find_site(check, table, table->layout, offset);
	const struct elf_sym *sym = &check->obj->syms[rela->sym];
	const struct known_address *known = elf_sym_has_section(sym) ? &check->secs[sym->shndx] : NULL;
	uint64_t at = sym->value + (uint64_t)rela->addend;

	if (!known || !elf_sec_is_text(&check->obj->secs[sym->shndx]))
		base_check_add_diff(check, table->sec, offset,
				    "an entry that belongs to no instruction of this object");
	else if (known->state == ADDRESS_KNOWN &&
		 !follow_entry(check, table, offset, (struct address){known->at.shndx, known->at.offset + at}))
		blame(check, sym->shndx, at,
		      arena_printf(check->arena, "compiled with an entry in %s that the kernel does not have",
				   table->name));
}

static void compare_table(struct base_check *check, struct table *table)
{
	for (uint64_t at = 0; table->sec && at < check->obj->secs[table->sec].size; at += table->layout->size)
		compare_entry(check, table, at);
	for (uint32_t i = 0; i < table->theirs.n; i++) {
		uint64_t offset;
		uint32_t own;

		if (!table->theirs.v[i].used && find_own_code(check, table->theirs.v[i].site, &own, &offset))
			blame(check, own, offset,
			      arena_printf(check->arena,
					   "the kernel has an entry in %s that the compiled object does not have",
					   table->name));
	}
}

/* The first code of the object that has a place: what to name if a table as a whole can't be read. */
static uint32_t find_first_text(const struct base_check *check)
{
	for (uint32_t s = 1; s < check->obj->nsecs; s++)
		if (check->secs[s].state == ADDRESS_KNOWN && elf_sec_is_text(&check->obj->secs[s]))
			return s;
	return 0;
}

static void follow_table(struct base_check *check, const char *name, const struct special_layout *layouts)
{
	struct table table = {.name = name, .sec = elf_obj_find_section_index(check->obj, name)};
	uint32_t first = find_first_text(check);

	if (table.sec && !check->obj->secs[table.sec].size)
		table.sec = 0;
	/* A table that is not there has no entries. */
	if (!target_find_table(check->target, name, &table.start, &table.bytes))
		table.bytes = 0;
	if (!first || (!table.sec && !table.bytes))
		return;
	table.layout = find_layout(check, &table, layouts);
	if (!table.layout) {
		blame(check, first, 0, arena_printf(check->arena, "%s has entries of an unknown form", name));
		return;
	}
	read_target_table(check, &table);
	compare_table(check, &table);
	vec_free(&table.theirs);
}

static uint32_t count_placed(const struct base_check *check)
{
	uint32_t n = 0;

	for (uint32_t s = 1; s < check->obj->nsecs; s++)
		n += check->secs[s].state == ADDRESS_KNOWN;
	return n;
}

/*
 * A table for each constant that the kernel writes into instructions when it starts (runtime_const_ptr(), since 6.11).
 */
static void follow_constants(struct base_check *check)
{
	static const struct special_layout layouts[] = {{.size = 4, .fields = {{0, FIELD_SITE}}}, {.size = 0}};

	for (uint32_t s = 1; s < check->obj->nsecs; s++)
		if (is_runtime_constant_section(check->obj->secs[s].name))
			follow_table(check, check->obj->secs[s].name, layouts);
	for (uint32_t s = 1; s < check->target->elf->nsecs; s++) {
		const char *name = check->target->elf->secs[s].name;

		if (is_runtime_constant_section(name) && !elf_obj_find_section_index(check->obj, name))
			follow_table(check, name, layouts);
	}
}

bool tables_follow(struct base_check *check)
{
	uint32_t before = count_placed(check);

	/*
	 * The first is .altinstructions, which tells where replacement instructions are, for which others have entries.
	 */
	for (const struct special_row *row = check->obj->arch->special; row->section; row++)
		if (!row->left_out && !row->is_records)
			follow_table(check, row->section, row->layouts);
	follow_constants(check);
	return count_placed(check) > before;
}
