// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections as a whole: those whose meaning nobody here knows, and tables of constructors, which ran at boot.
 */
#include "diff/section-rules.h"

#include <elf.h>

#include "diff/same.h"
#include "kernel/author.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"

/* Is something with a name in the patched section, and a pair, that changed? */
static bool has_changed_piece(const struct diff *diff, uint32_t sec)
{
	const struct pieces *pieces = diff->patched.pieces;

	for (uint32_t p = pieces->first_of_sec[sec]; p != PIECE_NONE && p < pieces->end_of_sec[sec]; p++)
		if (diff->changes->v[p].change == CHANGE_CHANGED && pieces->v[p].kind != PIECE_ANON)
			return true;
	return false;
}

/*
 * Does the section name another thing where it named one: BTF_ID(func, a) became BTF_ID(func, b)? Their bytes are
 * zeros, all.
 */
static bool has_other_ids(const struct diff *diff, uint32_t sec)
{
	const struct pieces *pieces = diff->patched.pieces;

	for (uint32_t p = pieces->first_of_sec[sec]; p != PIECE_NONE && p < pieces->end_of_sec[sec]; p++)
		if (is_btf_id(pieces->v[p].name, diff->patched.obj->secs[sec].name) &&
		    diff->corr->to_orig[p] == PIECE_NONE)
			return true;
	return false;
}

/* Refuses a section whose meaning is not known; why is the end of a sentence about it. */
static void refuse_section(const struct diff *diff, const char *section, const char *place, const char *why,
			   struct diag *diag)
{
	const char *purpose = author_section_purpose(section);

	if (purpose)
		diag_refuse(diag, RULE_AUTHOR_SECTION, diff->patched.obj->path, section, "%s; %s", why, purpose);
	else
		diag_refuse(diag, RULE_UNKNOWN_SECTION, diff->patched.obj->path, place,
			    "%s, and its meaning is not known", why);
}

/*
 * A table that nobody here knows may need an entry for the copied code, or patch it at boot; both go wrong in silence.
 */
static void check_unknown_sections(const struct diff *diff, struct diag *diag)
{
	const struct side *patched = &diff->patched;

	for (uint32_t i = 1; i < patched->obj->nsecs; i++) {
		const struct elf_sec *sec = &patched->obj->secs[i];
		uint32_t orig;

		if (sec_classify(sec) != SEC_UNKNOWN || author_ignores_section(diff->author, sec->name))
			continue;
		orig = elf_obj_find_same_section(diff->orig.obj, patched->obj, i);
		if (orig ? !sections_equal(&diff->orig, orig, patched, i, diff->corr, diag) || has_other_ids(diff, i)
			 : sec->size) {
			if (!has_changed_piece(diff, i))
				refuse_section(diff, sec->name, sec->name, orig ? "changed section" : "new section",
					       diag);
			continue;
		}
		for (uint32_t r = 0; r < patched->refs->count[i]; r++) {
			const struct ref *ref = &patched->refs->of_sec[i][r];

			if (ref->piece == PIECE_NONE || !is_included(diff, ref->piece) ||
			    side_piece(patched, ref->piece)->kind != PIECE_FUNC)
				continue;
			if (author_section_purpose(sec->name))
				refuse_section(diff, sec->name, sec->name, "it refers to what the patch changes", diag);
			else
				diag_refuse(diag, RULE_UNKNOWN_SECTION, diff->patched.obj->path,
					    side_piece(patched, ref->piece)->name,
					    "section %s refers to it, and its meaning is not known", sec->name);
			break;
		}
	}
}

/* What it did at boot can't be undone, if it did something. */
static void check_removed_sections(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *orig = diff->orig.obj;

	for (uint32_t i = 1; i < orig->nsecs; i++)
		if (sec_classify(&orig->secs[i]) == SEC_UNKNOWN && orig->secs[i].size &&
		    !author_ignores_section(diff->author, orig->secs[i].name) &&
		    !elf_obj_find_same_section(diff->patched.obj, orig, i))
			refuse_section(diff, orig->secs[i].name, orig->secs[i].name, "removed section", diag);
}

static bool is_constructor_table(const struct elf_sec *sec)
{
	return sec->type == SHT_INIT_ARRAY || sec->type == SHT_FINI_ARRAY || sec->type == SHT_PREINIT_ARRAY;
}

/* The functions that run before main(), which the kernel calls at boot: marked by piece. */
static bool *find_constructors(struct arena *arena, const struct side *side)
{
	bool *found = arena_array(arena, bool, side->pieces->n);

	for (uint32_t i = 1; i < side->obj->nsecs; i++) {
		const struct elf_sec *sec = &side->obj->secs[i];

		for (uint32_t r = 0; is_constructor_table(sec) && r < sec->nrelas; r++) {
			const struct elf_sym *sym = &side->obj->syms[sec->relas[r].sym];
			uint32_t p = elf_sym_has_section(sym) ? pieces_find(side->pieces, sym->shndx,
									    sym->value + (uint64_t)sec->relas[r].addend)
							      : PIECE_NONE;

			if (p != PIECE_NONE)
				found[p] = true;
		}
	}
	return found;
}

/* Constructors ran at boot, as initcalls did. */
static void check_constructors(const struct diff *diff, struct diag *diag)
{
	struct arena *arena = arena_new();
	bool *before = find_constructors(arena, &diff->orig), *now = find_constructors(arena, &diff->patched);

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		uint32_t o = diff->corr->to_orig[p];
		const char *what = o == PIECE_NONE || !before[o]               ? "new"
				   : diff->changes->v[p].change != CHANGE_SAME ? "changed"
									       : NULL;

		if (now[p] && what)
			diag_refuse(diag, RULE_INIT_ENTRY, diff->patched.obj->path, side_piece(&diff->patched, p)->name,
				    "%s constructor: constructors run at init only", what);
	}
	for (uint32_t o = 0; o < diff->orig.pieces->n; o++)
		if (before[o] && (diff->corr->to_patched[o] == PIECE_NONE || !now[diff->corr->to_patched[o]]))
			diag_refuse(diag, RULE_INIT_REMOVED, diff->patched.obj->path, side_piece(&diff->orig, o)->name,
				    "removed constructor: it has already run, and that can't be undone");
	arena_free(arena);
}

void section_rules_run(const struct diff *diff, struct diag *diag)
{
	check_unknown_sections(diff, diag);
	check_removed_sections(diff, diag);
	check_constructors(diff, diag);
}
