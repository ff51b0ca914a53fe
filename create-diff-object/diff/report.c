// SPDX-License-Identifier: GPL-2.0-only
/* The lines that existing scripts look for. */
#include "diff/report.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Why a function is in the livepatch: what of it differs, or whose need brought it in. */
static void report_function(const struct diff *diff, uint32_t p, const char *what, FILE *report)
{
	const char *name = side_piece(&diff->patched, p)->name;

	switch (diff->selection->v[p].why) {
	case WHY_CHANGED:
		fprintf(report, "%s\t%s\t%s\n", what, name, difference_word(diff->changes->v[p].why));
		break;
	case WHY_NEEDED:
	case WHY_PART:
		fprintf(report, "%s\t%s\tneeded\t%s\n", what, name,
			side_piece(&diff->patched, diff->selection->v[p].by)->name);
		break;
	case WHY_ASKED:
		fprintf(report, "%s\t%s\tasked\n", what, name);
		break;
	case WHY_NEW:
	case WHY_NOT:
		fprintf(report, "%s\t%s\tvisible\n", what, name);
		break;
	}
}

void report_functions(const struct diff *diff, FILE *out, FILE *report)
{
	const struct side *patched = &diff->patched;

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);
		const char *what = diff->changes->v[p].change == CHANGE_NEW ? "new" : "changed";

		if (piece->kind == PIECE_DATA && diff->changes->v[p].copied && is_included(diff, p)) {
			fprintf(out, "%s: copied constant: %s\n", base_name(patched->obj->path), piece->name);
			if (report)
				fprintf(report, "copied\t%s\n", piece->name);
		}
		if (piece->kind != PIECE_FUNC || piece->root != p || !is_included(diff, p))
			continue;
		fprintf(out, "%s: %s function: %s\n", base_name(patched->obj->path), what, piece->name);
		if (report)
			report_function(diff, p, what, report);
	}
}

void report_author(const struct author *author, const struct side *patched, FILE *report)
{
	for (uint32_t i = 0; i < author->ncallbacks; i++)
		fprintf(report, "callback\t%s\t%s\n",
			author_kind_name((enum author_kind)(AUTHOR_PRE_PATCH + author->callbacks[i].kind)),
			side_piece(patched, author->callbacks[i].function)->name);
	if (author->states != PIECE_NONE)
		fprintf(report, "states\t%s\n", side_piece(patched, author->states)->name);
}

void report_reasons(const struct diff *diff, FILE *out)
{
	const struct side *patched = &diff->patched;

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct change_info *info = &diff->changes->v[p];
		const char *name = side_piece(patched, p)->name;

		if (!is_included(diff, p))
			continue;
		fprintf(out, "%s: ", base_name(patched->obj->path));
		switch (diff->selection->v[p].why) {
		case WHY_NOT:
			break;
		case WHY_CHANGED:
			fprintf(out, "%s+%#lx: included: %s differs\n", name,
				(unsigned long)(info->where -
						(side_piece(patched, p)->entry - side_piece(patched, p)->start)),
				difference_text(info->why));
			break;
		case WHY_NEW:
			fprintf(out, "%s: included: new, and other objects may use it\n", name);
			break;
		case WHY_ASKED:
			fprintf(out, "%s: included: the patch hands it to the kernel\n", name);
			break;
		case WHY_PART:
			fprintf(out, "%s: included: part of %s\n", name,
				side_piece(patched, diff->selection->v[p].by)->name);
			break;
		case WHY_NEEDED:
			fprintf(out, "%s: included: %s refers to it\n", name,
				side_piece(patched, diff->selection->v[p].by)->name);
			break;
		}
	}
}
