// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace replaces a function at its entry, if it has a location there. GCC keeps some `inline` functions out of line,
 * which have none. If all that use such a function call it, from this object, they can be replaced in its place, and
 * call its new copy.
 */
#include "diff/untraced.h"

#include "kernel/names.h"

/*
 * Is every use of the piece in its object a direct call or jump from a function? __init code does not count, for it
 * ran; what runs at exit would go on with the old function.
 */
static bool is_only_called(const struct side *side, uint32_t id)
{
	const struct elf_obj *obj = side->obj;
	uint32_t calls = 0;

	for (uint32_t sec = 1; sec < obj->nsecs; sec++) {
		for (uint32_t i = 0; i < side->refs->count[sec]; i++) {
			const struct ref *ref = &side->refs->of_sec[sec][i];
			uint32_t from;

			/* Labels inside and entries of special tables are the function's own. */
			if (ref->piece != id || sec_classify(&obj->secs[sec]) == SEC_SPECIAL ||
			    sec_classify(&obj->secs[sec]) == SEC_AUTHOR)
				continue;
			from = pieces_find(side->pieces, sec, ref->offset);
			if (from != PIECE_NONE && side_piece(side, from)->root == id)
				continue;
			if (!ref->is_branch || from == PIECE_NONE || side_piece(side, from)->kind != PIECE_FUNC)
				return false;
			if (side_piece(side, from)->class == SEC_UNKNOWN ||
			    (side_piece(side, from)->class == SEC_INIT && is_exit_section(obj->secs[sec].name)))
				return false;
			calls++;
		}
	}
	return calls > 0;
}

bool untraced_is_copyable(const struct side *orig, const struct side *patched, const struct corr *corr, uint32_t p)
{
	const struct piece *now = side_piece(patched, p), *before;
	uint32_t o = corr->to_orig[p];

	if (o == PIECE_NONE || now->kind != PIECE_FUNC || now->root != p)
		return false;
	before = side_piece(orig, o);
	return !before->traced && elf_sym_is_local(&orig->obj->syms[before->sym]) &&
	       elf_sym_is_local(&patched->obj->syms[now->sym]) && before->class == SEC_TEXT &&
	       is_ordinary_text(side_section(orig, before)->name) && is_only_called(orig, o) &&
	       is_only_called(patched, p);
}

/* Makes the callers of a copied function changed ones; returns whether one was not so before. */
static bool change_callers(const struct side *patched, uint32_t id, struct change_info *info)
{
	bool found = false;

	for (uint32_t from = 0; from < patched->pieces->n; from++) {
		const struct piece *piece = side_piece(patched, from);
		const struct ref *refs;
		uint32_t n =
			piece->kind == PIECE_FUNC && piece->class == SEC_TEXT ? side_refs(patched, piece, &refs) : 0;

		for (uint32_t i = 0; i < n; i++) {
			if (refs[i].piece != id || info[piece->root].change != CHANGE_SAME)
				continue;
			change_make(&info[piece->root], DIFF_CALLEE, refs[i].offset - piece->start);
			found = true;
		}
	}
	return found;
}

void untraced_copy(const struct side *orig, const struct side *patched, const struct corr *corr,
		   struct change_info *info)
{
	for (bool again = true; again;) {
		again = false;
		for (uint32_t p = 0; p < patched->pieces->n; p++) {
			if (info[p].change != CHANGE_CHANGED || info[p].copied ||
			    !untraced_is_copyable(orig, patched, corr, p))
				continue;
			info[p].copied = true;
			again |= change_callers(patched, p, info);
		}
	}
}
