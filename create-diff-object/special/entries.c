// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table has no borders between its entries but its size and its relocations, so the entry size is the one
 * known size that puts every relocation on a field. One that the user gives must fit as well.
 */
#include "special/entries.h"

#include "special/layout.h"
#include "special/table.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

typedef VEC(struct entry) entry_vec;

static bool size_fits(const struct special_row *row, uint64_t table_size, const struct ref *refs, uint32_t nrefs,
		      uint32_t size)
{
	uint64_t owners = 0;

	if (!size || table_size % size)
		return false;
	for (uint32_t i = 0; i < nrefs; i++) {
		uint64_t at = refs[i].offset % size;
		bool is_field = false;

		for (uint32_t f = 0; f < row->nfields; f++)
			is_field |= row->fields[f] == at;
		if (!is_field)
			return false;
		owners += at == row->owner_field;
	}
	return owners == table_size / size;
}

static uint32_t find_size(const struct special_row *row, const struct layout *layout, uint64_t table_size,
			  const struct ref *refs, uint32_t nrefs)
{
	uint32_t given = layout_size(layout, row);

	if (given)
		return size_fits(row, table_size, refs, nrefs, given) ? given : 0;
	for (uint32_t i = 0; i < sizeof(row->sizes) && row->sizes[i]; i++)
		if (size_fits(row, table_size, refs, nrefs, row->sizes[i]))
			return row->sizes[i];
	return 0;
}

static int add_parallel(const struct pieces *pieces, const struct special_row *row, entry_vec *entries, uint32_t first,
			struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	uint32_t index = elf_obj_find_section_index(obj, row->parallel);
	uint32_t n = entries->n - first;
	uint64_t size;

	if (!index || obj->secs[index].size % n)
		return diag_error(diag, obj->path, row->parallel, "does not match the %u entries of %s", n,
				  row->section);
	size = obj->secs[index].size / n;
	for (uint32_t i = 0; i < n; i++)
		vec_add(entries, ((struct entry){
					 .row = row,
					 .sec = index,
					 .size = (uint32_t)size,
					 .offset = i * size,
					 .owner = entries->v[first + i].owner,
				 }));
	return 0;
}

static int add_table(const struct pieces *pieces, const struct refs *refs, const struct layout *layout, uint32_t index,
		     const struct special_row *row, entry_vec *entries, struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	const struct elf_sec *sec = &obj->secs[index];
	uint32_t size = find_size(row, layout, sec->size, refs->of_sec[index], refs->count[index]);
	uint32_t first = entries->n;

	if (!size)
		return diag_error(diag, obj->path, sec->name,
				  "no known entry size fits %lu bytes and %u relocations; give one with --layout",
				  (unsigned long)sec->size, refs->count[index]);
	for (uint64_t at = 0; at < sec->size; at += size) {
		const struct ref *ref;
		struct entry entry = {.row = row, .sec = index, .size = size, .offset = at};

		refs_in_range(refs, index, at + row->owner_field, at + row->owner_field + 1, &ref);
		entry.owner = ref->piece;
		/* A single entry's location may be given by the end of its function: the last ORC entry of a section. */
		if (entry.owner != PIECE_NONE)
			entry.owner = pieces->v[entry.owner].kind == PIECE_FUNC ? entry.owner : PIECE_NONE;
		/* struct alt_instr ends with the lengths of both instruction sequences in all versions but 5.10's. */
		if (row->has_replacement)
			entry.repl = sec->data[at + (size == 13 ? 11 : size - 1)];
		vec_add(entries, entry);
	}
	return row->parallel ? add_parallel(pieces, row, entries, first, diag) : 0;
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
		const struct special_row *row = special_find_row(obj->secs[i].name);

		if (row && obj->secs[i].size)
			err = add_table(pieces, refs, layout, i, row, &found, diag);
	}
	entries->n = found.n;
	entries->v = arena_memdup(arena, found.v, found.n * sizeof(*found.v));
	vec_free(&found);
	if (err) {
		entries_free(entries);
		return err;
	}

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
	*result = entries;
	return 0;
}

void entries_free(struct entries *entries)
{
	if (entries)
		arena_free(entries->arena);
}
