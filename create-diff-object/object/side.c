// SPDX-License-Identifier: GPL-2.0-only
/* From an object to all that is known of it alone, in the one order in which its parts can be made. */
#include "object/side.h"

int side_open(const struct elf_obj *obj, const struct layout *layout, bool exact, struct side *side, struct diag *diag)
{
	struct pieces *pieces = NULL;
	struct refs *refs = NULL;
	struct entries *entries = NULL;
	int err = pieces_new(obj, &pieces, diag);

	if (!err)
		err = refs_new(pieces, &refs, diag);
	if (!err)
		err = entries_new(pieces, refs, layout, &entries, diag);
	*side = (struct side){obj, pieces, refs, entries, exact};
	return err;
}

void side_close(const struct side *side)
{
	entries_free(side->entries);
	refs_free(side->refs);
	pieces_free(side->pieces);
}

struct side_walk side_walk_piece(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return (struct side_walk){
		.side = side,
		.sec = piece->sec,
		.start = piece->start,
		.end = piece->region_end,
		.entries = side->entries->of_piece[id],
		.nentries = side->entries->count[id],
	};
}

struct side_walk side_walk_text(const struct side *side, uint32_t sec, uint64_t start, uint64_t end)
{
	struct side_walk walk = {.side = side, .sec = sec, .start = start, .end = end};

	walk.nentries = entries_of_text(side->entries, sec, start, end, &walk.entries);
	return walk;
}

bool side_walk_next(struct side_walk *walk, struct side_part *part)
{
	if (walk->next > walk->nentries)
		return false;
	*part = (struct side_part){0};
	if (walk->next) {
		part->id = walk->entries[walk->next - 1];
		part->entry = &walk->side->entries->v[part->id];
		part->n = side_entry_refs(walk->side, part->entry, &part->refs);
	} else {
		part->n = refs_in_range(walk->side->refs, walk->sec, walk->start, walk->end, &part->refs);
	}
	walk->next++;
	return true;
}
