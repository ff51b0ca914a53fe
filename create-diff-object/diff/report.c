// SPDX-License-Identifier: GPL-2.0-only
/* The lines that existing scripts look for. */
#include "diff/report.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void report_functions(const struct diff *diff, FILE *out)
{
	const struct side *patched = &diff->patched;

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);

		if (piece->kind != PIECE_FUNC || piece->root != p || !is_included(diff, p))
			continue;
		fprintf(out, "%s: %s function: %s\n", base_name(patched->obj->path),
			diff->changes->v[p].change == CHANGE_NEW ? "new" : "changed", piece->name);
	}
}
