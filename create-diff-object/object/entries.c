// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table has no borders between its entries but its size and its relocations, so the layout is the one that kernels
 * have had and that puts every relocation on a field that wants such a one. An entry size that the user gives decides
 * between several. Where it does not fit, and just one layout does, it is that of another kernel (a build script sets
 * ALT_STRUCT_SIZE for all of them), and the object is believed.
 *
 * Sizes alone would not do: three entries of a 16-byte __jump_table have as many bytes and relocations as two of 24,
 * and two 12-byte __ex_table entries with handlers as three of 8.
 */
#include "object/entries.h"

#include <stdlib.h>

#include "kernel/special.h"
#include "object/layout.h"
#include "object/orc.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/search.h"
#include "util/vec.h"

typedef VEC(struct entry) entry_vec;

static bool field_fits(const struct pieces *pieces, const struct ref *ref, enum field_kind kind)
{
	const struct elf_sym *sym = &pieces->obj->syms[ref->sym];

	switch (kind) {
	case FIELD_SITE:
		return elf_sym_has_section(sym) && elf_sec_is_text(&pieces->obj->secs[sym->shndx]);
	case FIELD_HANDLER:
		return elf_sym_is_undefined(sym) ||
		       (ref->piece != PIECE_NONE && pieces->v[ref->piece].kind == PIECE_FUNC && !ref->target);
	default:
		return true;
	}
}

/* How many entries a table of this layout has, 0: it is not of this layout. */
static uint64_t count_entries(const struct pieces *pieces, const struct special_layout *layout, uint64_t table_size,
			      const struct ref *refs, uint32_t nrefs)
{
	uint64_t n = (table_size + layout->size - 1) / layout->size, lacks = n * layout->size - table_size;
	uint64_t seen[SPECIAL_MAX_FIELDS] = {0};

	if (lacks > (layout->least ? (uint64_t)layout->size - layout->least : 0))
		return 0;
	for (uint32_t i = 0; i < nrefs; i++) {
		uint32_t f = 0;

		while (f < SPECIAL_MAX_FIELDS && layout->fields[f].kind &&
		       layout->fields[f].at != refs[i].offset % layout->size)
			f++;
		if (f == SPECIAL_MAX_FIELDS || !layout->fields[f].kind ||
		    !field_fits(pieces, &refs[i], layout->fields[f].kind))
			return 0;
		seen[f]++;
	}
	for (uint32_t f = 0; f < SPECIAL_MAX_FIELDS && layout->fields[f].kind; f++)
		if (layout->fields[f].kind == FIELD_HANDLER ? seen[f] > n : seen[f] != n)
			return 0;
	return n;
}

/* Stores the layout of a table and returns the number of its entries, or 0. */
static uint64_t find_layout(const struct pieces *pieces, const struct special_row *row, uint32_t given,
			    uint64_t table_size, const struct ref *refs, uint32_t nrefs, struct special_layout *layout)
{
	for (const struct special_layout *known = row->layouts; known->size; known++) {
		uint64_t n = !given || known->size == given ? count_entries(pieces, known, table_size, refs, nrefs) : 0;

		if (n) {
			*layout = *known;
			return n;
		}
	}
	/* A size of tomorrow: the fields are where they were, for what is added comes behind them. */
	*layout = row->layouts[0];
	layout->size = (uint8_t)given;
	return given > row->layouts[0].size && !row->repl_at ? count_entries(pieces, layout, table_size, refs, nrefs)
							     : 0;
}

/* As find_layout(), where the size that is given does not fit: the only known layout that does. */
static uint64_t find_only_layout(const struct pieces *pieces, const struct special_row *row, uint64_t table_size,
				 const struct ref *refs, uint32_t nrefs, struct special_layout *layout)
{
	uint64_t found = 0;

	for (const struct special_layout *known = row->layouts; known->size; known++) {
		uint64_t n = count_entries(pieces, known, table_size, refs, nrefs);

		if (n && found)
			return 0;
		if (n) {
			*layout = *known;
			found = n;
		}
	}
	return found;
}

bool entry_find_replacement(const struct pieces *pieces, const struct refs *refs, const struct entry *entry,
			    struct replacement *replacement)
{
	uint64_t field = entry->offset + entry->row->repl_at;
	const struct piece *piece;
	const struct ref *ref;

	if (!entry->row->repl_at || !refs_in_range(refs, entry->sec, field, field + 1, &ref) ||
	    ref->piece == PIECE_NONE)
		return false;
	piece = &pieces->v[ref->piece];
	*replacement = (struct replacement){
		.ref = ref,
		.piece = ref->piece,
		.sec = piece->sec,
		.start = piece->entry + (uint64_t)ref->target,
		.end = piece->entry + (uint64_t)ref->target + entry->repl,
	};
	return true;
}

/* Are the instructions that an alternative is replaced by all in their section? */
static bool has_replacement(const struct pieces *pieces, const struct refs *refs, const struct entry *entry)
{
	struct replacement replacement;
	uint64_t size;

	if (!entry_find_replacement(pieces, refs, entry, &replacement))
		return false;
	size = pieces->obj->secs[replacement.sec].size;
	return replacement.start <= size && entry->repl <= size - replacement.start;
}

static int add_table(const struct pieces *pieces, const struct refs *refs, const struct layout *layouts, uint32_t index,
		     const struct special_row *row, entry_vec *entries, struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	const struct elf_sec *sec = &obj->secs[index];
	struct special_layout layout;
	uint32_t given = layout_size(layouts, row);
	uint64_t n = find_layout(pieces, row, given, sec->size, refs->of_sec[index], refs->count[index], &layout);

	if (!n && given) {
		n = find_only_layout(pieces, row, sec->size, refs->of_sec[index], refs->count[index], &layout);
		if (!n)
			return diag_error(diag, obj->path, sec->name,
					  "entries of %u bytes, as %s says, don't fit %lu bytes and %u relocations",
					  given, layout_source(layouts, row), (unsigned long)sec->size,
					  refs->count[index]);
		diag_warn(diag, RULE_ENTRY_SIZE, obj->path, sec->name, "entries have %u bytes here, not %u as %s says",
			  layout.size, given, layout_source(layouts, row));
	}
	if (!n || !sec->data)
		return diag_error(diag, obj->path, sec->name,
				  "no known entry size fits %lu bytes and %u relocations; give one with --layout",
				  (unsigned long)sec->size, refs->count[index]);
	for (uint64_t at = 0; at < sec->size; at += layout.size) {
		struct entry entry = {
			.row = row, .sec = index, .size = layout.size, .line_at = layout.line_at, .offset = at};
		const struct ref *ref;
		const struct piece *piece;

		/* Two may stand at one place, and none at another. */
		if (!refs_in_range(refs, index, at, at + 1, &ref))
			return diag_error(diag, obj->path, sec->name, "the entry at %#lx refers to no code",
					  (unsigned long)at);
		entry.owner = ref->piece;
		entry.present = (uint32_t)(sec->size - at < layout.size ? sec->size - at : layout.size);
		if (entry.owner != PIECE_NONE) {
			piece = &pieces->v[entry.owner];
			entry.site_sec = piece->sec;
			entry.site = piece->entry + (uint64_t)ref->target;
			/* Code in no function, or in special text, which is copied block by block. */
			if (piece->kind != PIECE_FUNC)
				entry.owner = PIECE_NONE;
		}
		if (layout.site_len_at)
			entry.site_len = sec->data[at + layout.site_len_at];
		if (layout.repl_len_at)
			entry.repl = sec->data[at + layout.repl_len_at];
		if (entry.repl && !has_replacement(pieces, refs, &entry))
			return diag_error(diag, obj->path, sec->name,
					  "the %u bytes of the replacement of the entry at %#lx are not there",
					  entry.repl, (unsigned long)at);
		vec_add(entries, entry);
	}
	return 0;
}

struct site {
	const struct entry *entry;
	uint32_t id;
};

static int compare_sites(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->entry->site_sec != y->entry->site_sec)
		return x->entry->site_sec < y->entry->site_sec ? -1 : 1;
	if (x->entry->site != y->entry->site)
		return x->entry->site < y->entry->site ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void index_text(const struct pieces *pieces, struct entries *entries)
{
	VEC(struct site) sites = {0};

	for (uint32_t i = 0; i < entries->n; i++) {
		const struct entry *entry = &entries->v[i];

		if (entry->site_sec && sec_classify(&pieces->obj->secs[entry->site_sec]) == SEC_SPECIAL_TEXT)
			vec_add(&sites, ((struct site){entry, i}));
	}
	if (sites.n)
		qsort(sites.v, sites.n, sizeof(*sites.v), compare_sites);
	entries->ntext = sites.n;
	entries->of_text = arena_array(entries->arena, uint32_t, sites.n);
	for (uint32_t i = 0; i < sites.n; i++)
		entries->of_text[i] = sites.v[i].id;
	vec_free(&sites);
}

static void index_pieces(const struct pieces *pieces, struct entries *entries)
{
	struct arena *arena = entries->arena;

	entries->of_piece = arena_array(arena, uint32_t *, pieces->n);
	entries->count = arena_array(arena, uint32_t, pieces->n);
	for (uint32_t i = 0; i < entries->n; i++)
		if (entries->v[i].owner != PIECE_NONE)
			entries->count[entries->v[i].owner]++;
	for (uint32_t p = 0; p < pieces->n; p++) {
		entries->of_piece[p] = arena_array(arena, uint32_t, entries->count[p]);
		entries->count[p] = 0;
	}
	for (uint32_t i = 0; i < entries->n; i++) {
		uint32_t owner = entries->v[i].owner;

		if (owner != PIECE_NONE)
			entries->of_piece[owner][entries->count[owner]++] = i;
	}
}

int entries_new(const struct pieces *pieces, const struct refs *refs, const struct layout *layout,
		struct entries **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct entries *entries = arena_alloc(arena, sizeof(*entries));
	const struct elf_obj *obj = pieces->obj;
	entry_vec found = {0};
	int err = 0;

	entries->arena = arena;
	for (uint32_t i = 1; i < obj->nsecs && !err; i++) {
		const struct special_row *row = obj->secs[i].special;

		if (row && !row->left_out && row->layouts[0].fields[0].kind && obj->secs[i].size)
			err = add_table(pieces, refs, layout, i, row, &found, diag);
	}
	entries->n = found.n;
	entries->v = arena_memdup(arena, found.v, found.n * sizeof(*found.v));
	vec_free(&found);
	if (!err)
		err = orc_read(pieces, refs, layout, entries, diag);
	if (err) {
		entries_free(entries);
		return err;
	}
	index_pieces(pieces, entries);
	index_text(pieces, entries);
	*result = entries;
	return 0;
}

void entries_free(const struct entries *entries)
{
	if (entries)
		arena_free(entries->arena);
}

static bool ends_before(const struct entry *entry, uint32_t sec, uint64_t offset)
{
	return entry->sec < sec || (entry->sec == sec && entry->offset + entry->size <= offset);
}

uint32_t entries_find(const struct entries *entries, uint32_t sec, uint64_t offset)
{
	uint32_t low = lower_bound(entries->n, i, ends_before(&entries->v[i], sec, offset));

	return low < entries->n && entries->v[low].sec == sec && entries->v[low].offset <= offset ? low : ENTRY_NONE;
}

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
