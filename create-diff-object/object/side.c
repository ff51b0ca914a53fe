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
