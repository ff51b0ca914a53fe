// SPDX-License-Identifier: GPL-2.0-only
/*
 * A constant that is copied (diff/constants.c) is read by new code only. But an index into it may be older:
 * `p->rate = 2` of what was opened before means another entry of `rates[]` if the patch puts one into the middle, and
 * nothing if there are fewer. What is changed in place, or added at the end, is what the patch means.
 *
 * The debug information tells what an entry is. One that is all zero may be the end of the table, whose place means
 * nothing. Where a table of structures or pointers has such an end before and after, its readers look for it
 * (quirk_flags_table[] of sound/usb/quirks.c), and fewer entries are told only: nobody reads behind the end, and who
 * kept an index is rare.
 */
#include "diff/table-order.h"

#include "diff/lines.h"
#include "diff/same.h"
#include "elf/members.h"
#include "kernel/names.h"
#include "util/diag.h"

/* So many pairs of entries are compared; more than that a table is not looked at, for it is another one. */
#define MAX_COMPARED 1000000

struct table {
	const struct diff *diff;
	struct lines *lines;
	uint32_t orig, patched; /* pieces */
	uint64_t size;          /* bytes of an entry */
	bool is_numeric;        /* an entry is a number: 0 may be one as any other */
	uint64_t orig_n, patched_n;
	uint32_t compared;
};

static uint64_t content_size(const struct side *side, uint32_t p)
{
	return side_piece(side, p)->end - side_piece(side, p)->entry;
}

/*
 * Bytes of an entry of the static array of that name, 0: it is none, or there are several. Stores if it is one of
 * numbers.
 */
static uint64_t entry_size(const struct types *types, const char *name, bool *is_numeric)
{
	uint64_t found = 0;

	for (uint32_t i = 0; i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];
		uint64_t size;

		if (use->kind != USE_STATIC || !sym_name_same_base(use->name, name))
			continue;
		size = type_entry_size(types, use->node);
		if (found && size != found)
			return 0;
		found = size;
		*is_numeric = type_is_numeric(types, use->node);
	}
	return found;
}

/* Is entry i of the table p of side all zero? */
static bool is_zero(const struct table *table, const struct side *side, uint32_t p, uint64_t i)
{
	const struct piece *piece = side_piece(side, p);
	const struct elf_sec *sec = side_section(side, piece);
	uint64_t at = piece->entry + i * table->size;
	const struct ref *refs;

	for (uint64_t k = at; sec->data && k < at + table->size; k++)
		if (sec->data[k])
			return false;
	return !refs_in_range(side->refs, piece->sec, at, at + table->size, &refs);
}

/* Is the original entry i the patched entry k? */
static bool is_same(const struct table *table, uint64_t i, uint64_t k)
{
	return data_find_difference(&table->diff->orig, table->orig, i * table->size, &table->diff->patched,
				    table->patched, k * table->size, table->size, table->diff->corr,
				    table->lines) == table->size;
}

/* Where the original entry i is now, if that is elsewhere; else patched_n. */
static uint64_t find_moved(struct table *table, uint64_t i)
{
	if (is_zero(table, &table->diff->orig, table->orig, i) || is_same(table, i, i))
		return table->patched_n;
	for (uint64_t k = 0; k < table->patched_n && table->compared++ < MAX_COMPARED; k++)
		if (k != i && is_same(table, i, k) && (k >= table->orig_n || !is_same(table, k, k)))
			return k;
	return table->patched_n;
}

static bool has_end(const struct table *table)
{
	const struct diff *diff = table->diff;

	return !table->is_numeric && table->patched_n && is_zero(table, &diff->orig, table->orig, table->orig_n - 1) &&
	       is_zero(table, &diff->patched, table->patched, table->patched_n - 1);
}

static void check_table(struct table *table, struct diag *diag)
{
	const struct piece *piece = side_piece(&table->diff->patched, table->patched);
	const char *file = table->diff->patched.obj->path;

	if (table->patched_n < table->orig_n && has_end(table)) {
		diag_warn(
			diag, RULE_ENTRIES_MOVED, file, piece->name,
			"has %lu entries instead of %lu: an index stored in the running kernel selects another entry or none",
			(unsigned long)table->patched_n, (unsigned long)table->orig_n);
		return;
	}
	if (table->patched_n < table->orig_n) {
		diag_refuse(diag, RULE_ENTRIES_MOVED, file, piece->name,
			    "has %lu entries instead of %lu: an index stored in the running kernel may select none",
			    (unsigned long)table->patched_n, (unsigned long)table->orig_n);
		return;
	}
	for (uint64_t i = 0; i < table->orig_n; i++) {
		uint64_t now = find_moved(table, i);

		if (now == table->patched_n)
			continue;
		diag_warn(diag, RULE_ENTRIES_MOVED, file, piece->name,
			  "entry %lu is now entry %lu: an index stored in the running kernel selects another entry",
			  (unsigned long)i, (unsigned long)now);
		return;
	}
	if (table->compared >= MAX_COMPARED)
		diag_warn(
			diag, RULE_ENTRIES_MOVED, file, piece->name,
			"its entries are different ones: an index stored in the running kernel selects another entry");
}

void table_order_check(const struct diff *diff, const struct types *orig, const struct types *patched,
		       struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct change_info *info = &diff->changes->v[p];
		const struct piece *piece = side_piece(&diff->patched, p);
		struct table table = {.diff = diff, .orig = diff->corr->to_orig[p], .patched = p};

		if (piece->kind != PIECE_DATA || !info->copied || info->change != CHANGE_CHANGED)
			continue;
		table.size = entry_size(patched, piece->name, &table.is_numeric);
		/* Entries of another size are another type, which is told as such. */
		if (!table.size || entry_size(orig, piece->name, &table.is_numeric) != table.size)
			continue;
		table.orig_n = content_size(&diff->orig, table.orig) / table.size;
		table.patched_n = content_size(&diff->patched, p) / table.size;
		table.lines = lines_new(&diff->orig, &diff->patched);
		check_table(&table, diag);
		lines_free(table.lines);
	}
}
