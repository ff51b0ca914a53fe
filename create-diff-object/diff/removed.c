// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the patch takes away, or gives another name or place: others in the kernel still know it as it was.
 */
#include "diff/removed.h"

#include "diff/constants.h"
#include "diff/pairing.h"
#include "kernel/names.h"
#include "util/diag.h"

/*
 * Does the loss of an original variable lose what it held? Constants are what they were for all that still refer to
 * them, and the flags of WARN_ONCE() and the like have no other use than the code that went.
 */
static bool has_state(const struct side *side, const struct piece *piece)
{
	const struct elf_sec *sec = side_section(side, piece);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && !piece->anonymous &&
	       data_classify(sec) != DATA_CONST && !is_once_section(sec->name, piece->name) &&
	       side->obj->syms[piece->sym].size > 0;
}

/*
 * Is it a constant that others may know by its address (f->f_op == &foo_ops)? Under another name it would be another
 * one.
 */
static bool is_known_constant(const struct side *side, uint32_t p)
{
	const struct piece *piece = side_piece(side, p);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && !piece->anonymous &&
	       data_classify(side_section(side, piece)) == DATA_CONST && !pairing_is_numbered(side, p) &&
	       side->obj->syms[piece->sym].size > 0 && !constants_is_private(side, p);
}

/*
 * What went away: initcalls and table entries, for what they did is done, and the patch would not undo it;
 * variables, for under another name, type or place they would begin anew, and what they hold would be lost.
 */
static void check_removed(const struct diff *diff, struct diag *diag)
{
	for (uint32_t o = 0; o < diff->orig.pieces->n; o++) {
		const struct piece *piece = side_piece(&diff->orig, o);

		if (diff->corr->to_patched[o] != PIECE_NONE || piece->anonymous != (piece->kind == PIECE_ANON) ||
		    author_ignores_section(diff->author, side_section(&diff->orig, piece)->name))
			continue;
		if (piece->class == SEC_TABLE || (piece->class == SEC_INIT && piece->kind != PIECE_FUNC))
			diag_refuse(diag, RULE_INIT_REMOVED, diff->patched.obj->path, piece->name,
				    "removed from %s: __init code has already read it, and that can't be undone",
				    side_section(&diff->orig, piece)->name);
		else if (has_state(&diff->orig, piece))
			diag_refuse(
				diag, RULE_DATA_REMOVED, diff->patched.obj->path, piece->name,
				"removed variable in %s: if it was renamed or moved, its value would be lost; keep it, and mark it __used if nothing uses it any more",
				side_section(&diff->orig, piece)->name);
		else if (is_known_constant(&diff->orig, o))
			diag_refuse(
				diag, RULE_CONSTANT_REMOVED, diff->patched.obj->path, piece->name,
				"removed constant in %s: other code may have its address; keep it, and mark it __used if nothing uses it any more",
				side_section(&diff->orig, piece)->name);
	}
}

/*
 * A name that other objects use and that now stands for another function or variable: they would go on with the old
 * one.
 */
static void check_names(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *orig = diff->orig.obj, *patched = diff->patched.obj;

	for (uint32_t i = 1; i < patched->nsyms; i++) {
		const struct elf_sym *sym = &patched->syms[i];
		uint32_t p = diff->patched.pieces->of_sym[i], before, o;

		if (p == PIECE_NONE || elf_sym_is_local(sym) || diff->corr->to_orig[p] == PIECE_NONE)
			continue;
		before = elf_obj_find_symbol(orig, sym->name);
		o = before ? diff->orig.pieces->of_sym[before] : PIECE_NONE;
		if (o == PIECE_NONE)
			continue;
		if (o != diff->corr->to_orig[p])
			diag_refuse(diag, RULE_NAME_MOVED, diff->patched.obj->path, sym->name,
				    "was a name of %s, and is now a name of %s", side_piece(&diff->orig, o)->name,
				    side_piece(&diff->patched, p)->name);
		else if (side_piece(&diff->patched, p)->kind == PIECE_DATA &&
			 sym->value - side_piece(&diff->patched, p)->entry !=
				 orig->syms[before].value - side_piece(&diff->orig, o)->entry)
			diag_refuse(diag, RULE_NAME_MOVED, diff->patched.obj->path, sym->name,
				    "now names another address in %s", side_piece(&diff->patched, p)->name);
	}
}

/* The first included piece that refers to a symbol, or PIECE_NONE. */
static uint32_t find_user(const struct diff *diff, uint32_t sym)
{
	const struct selection *selection = diff->selection;

	for (uint32_t p = 0; p < selection->nparts; p++) {
		const struct use_part *part = &selection->parts[p];

		for (uint32_t i = 0; part->context == USE_IN_BODY && i < part->n; i++)
			if (selection->uses[part->first + i].ref->sym == sym)
				return part->from;
	}
	return PIECE_NONE;
}

/*
 * A global definition that is gone while its users stayed: it moved to another file, perhaps with changes, and the
 * symbol that the kernel has is the old one. (A static one that is gone is no matter: the name means another file's.)
 */
static void check_removed_definitions(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *orig = diff->orig.obj, *patched = diff->patched.obj;

	for (uint32_t i = 1; i < patched->nsyms; i++) {
		uint32_t before = elf_sym_is_undefined(&patched->syms[i]) && *patched->syms[i].name
					  ? elf_obj_find_symbol(orig, patched->syms[i].name)
					  : 0;
		uint32_t user;

		if (!before || !elf_sym_has_section(&orig->syms[before]) || elf_sym_is_local(&orig->syms[before]))
			continue;
		user = find_user(diff, i);
		if (user != PIECE_NONE)
			diag_refuse(
				diag, RULE_DEFINITION_REMOVED, diff->patched.obj->path,
				side_piece(&diff->patched, user)->name,
				"refers to %s, which the patch removed from this file; the running kernel still has the old one, so leave the definition here",
				patched->syms[i].name);
	}
}

void removed_run(const struct diff *diff, struct diag *diag)
{
	check_removed(diff, diag);
	check_names(diff, diag);
	check_removed_definitions(diff, diag);
}
