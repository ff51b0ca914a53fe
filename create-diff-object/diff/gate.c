// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of refusal. A livepatch replaces functions at their entry, by ftrace, while the system runs; data stays as
 * it is, and code that ran at boot ran already. What a patch changes besides functions must be refused by name,
 * for leaving it out in silence would load a fix that does not fix.
 */
#include "diff/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/attributes.h"
#include "diff/constants.h"
#include "diff/init-code.h"
#include "diff/locks.h"
#include "diff/merged.h"
#include "diff/removed.h"
#include "diff/restarts.h"
#include "diff/running.h"
#include "diff/section-rules.h"
#include "diff/use-rules.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/memory.h"
#include "util/vec.h"

static const char *file_of(const struct diff *diff)
{
	return diff->patched.obj->path;
}

/* Can the function be livepatched, as far as its kind goes? What runs now must be found by ftrace. */
static bool is_patchable(const struct diff *diff, uint32_t p)
{
	uint32_t orig = diff->corr->to_orig[p];

	return side_piece(&diff->patched, p)->class == SEC_TEXT && orig != PIECE_NONE &&
	       side_piece(&diff->orig, orig)->traced;
}

static bool calls(const struct side *side, uint32_t from, uint32_t p)
{
	const struct piece *piece = side_piece(side, from);
	const struct ref *refs;
	uint32_t n = side_refs(side, piece, &refs);

	for (uint32_t i = 0; i < n; i++)
		if (refs[i].piece == p && refs[i].is_branch)
			return piece->kind == PIECE_FUNC;
	return false;
}

/* So many functions that can't be patched are looked behind for one that can be. */
#define MAX_LEADS 8

/*
 * What to change instead of a function that can't be patched: up to three that lead to it and can be, the nearest ones.
 * In lib/maple_tree.c the callers of what ftrace can't reach are such functions themselves.
 */
static const char *list_callers(const struct diff *diff, uint32_t p, char *text, size_t size)
{
	const struct side *patched = &diff->patched;
	bool *seen = calloc(patched->pieces->n + 1, sizeof(*seen));
	VEC(uint32_t) queue = {0};
	uint32_t found = 0;

	if (!seen)
		memory_exhausted();
	snprintf(text, size, "%s",
		 elf_sym_is_local(&patched->obj->syms[side_piece(patched, p)->sym])
			 ? "its indirect callers (no function of this object that calls it can be patched)"
			 : "its callers in other objects");
	vec_add(&queue, p);
	seen[p] = true;
	for (uint32_t at = 0; at < queue.n && found < 3; at++) {
		for (uint32_t from = 0; from < patched->pieces->n && found < 3; from++) {
			uint32_t root = side_piece(patched, from)->root;
			size_t used = found ? strlen(text) : 0;

			if (seen[root] || !calls(patched, from, queue.v[at]))
				continue;
			seen[root] = true;
			if (is_patchable(diff, root))
				snprintf(text + used, size - used, "%s%s", found++ ? ", " : "",
					 side_piece(patched, root)->name);
			else if (queue.n < MAX_LEADS)
				vec_add(&queue, root);
		}
	}
	vec_free(&queue);
	free(seen);
	return text;
}

/*
 * __init code that no hunk touches changed for the sake of what is inlined into it, and the livepatch has that where it
 * still runs. The function has run, unless its module comes later, which nothing can change: the kernel patches no code
 * of .init sections. (An __exit function is yet to run.) Returns NULL, noted, or why it can't be left out: "" if that
 * needs no word.
 */
static const char *note_init_function(const struct diff *diff, uint32_t p, struct arena *arena, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	const char *why;

	if (diff->changes->v[p].change != CHANGE_CHANGED ||
	    is_exit_section(side_section(&diff->patched, piece)->name) ||
	    origin_of(diff->origin, piece->name) != ORIGIN_ELSEWHERE)
		return "";
	why = init_code_why_needed(diff, piece->root, arena);
	if (why)
		return arena_printf(arena, " (no hunk touches it, but %s)", why);
	if (piece->root == p)
		diag_report(
			diag, DIAG_NOTE, RULE_INIT_CODE, file_of(diff), piece->name,
			"__init function left out: only code inlined into it changed, and it has already run; in a module that is loaded later, it runs unpatched");
	return NULL;
}

static void refuse_init_function(const struct diff *diff, uint32_t p, struct diag *diag)
{
	struct arena *arena = arena_new();
	const char *why = note_init_function(diff, p, arena, diag);

	if (why)
		diag_refuse(
			diag, RULE_INIT_CODE, file_of(diff), side_piece(&diff->patched, p)->name,
			"%s __init or __exit function: it has already run, or runs only once; patch the code that uses its result%s",
			diff->changes->v[p].change == CHANGE_NEW ? "new" : "changed", why);
	arena_free(arena);
}

static void refuse_function(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	const struct change_info *info = &diff->changes->v[p];
	char callers[512];

	if (piece->class == SEC_INIT) {
		refuse_init_function(diff, p, diag);
		return;
	}
	if (piece->class == SEC_VDSO) {
		diag_refuse(diag, RULE_VDSO_CHANGED, file_of(diff), piece->name,
			    "changed vdso function: it runs in user space");
		return;
	}
	/* What counts is the function that runs now: ftrace must find the site in it. */
	if (info->change == CHANGE_CHANGED && !info->copied && piece->root == p &&
	    !side_piece(&diff->orig, diff->corr->to_orig[p])->traced)
		diag_refuse(
			diag, RULE_NOT_TRACED, file_of(diff), piece->name,
			"changed function that ftrace can't reach (notrace, noinstr, inline kept out of line, or compiled without -pg); change %s instead",
			list_callers(diff, p, callers, sizeof(callers)));
}

/* Of what is as good as a constant that could be copied: why it can't; else nothing. */
static const char *why_not_copied(const struct diff *diff, uint32_t p, struct arena *arena)
{
	const struct constant_verdict verdict = constants_judge(&diff->orig, &diff->patched, diff->corr, p);
	const char *before = "";

	switch (verdict.bar) {
	case CONSTANT_REFERRED:
		return arena_printf(arena, "; it can't be copied into the livepatch: %s refers to it", verdict.name);
	case CONSTANT_INIT:
		return arena_printf(
			arena, "; it can't be copied into the livepatch: %s reads it, and is __init or __exit code",
			verdict.name);
	case CONSTANT_UNTRACED:
		return arena_printf(
			arena,
			"; it can't be copied into the livepatch: %s reads it, and ftrace can't reach that function",
			verdict.name);
	case CONSTANT_ADDRESS:
		if (verdict.holder)
			before = arena_printf(arena, "reads from %s and ", verdict.holder);
		return arena_printf(
			arena, "; it can't be copied into the livepatch: other code may have its address, which %s",
			escape_path_text(arena, verdict.side, &verdict.path, before));
	default:
		return "";
	}
}

/*
 * Read-only data has a rule of its own: `--without table-changed` is asked for a table of ids or of operations, not for
 * a variable.
 */
static enum rule content_rule(const struct diff *diff, uint32_t p)
{
	const struct elf_sec *orig = side_section(&diff->orig, side_piece(&diff->orig, diff->corr->to_orig[p]));
	const struct elf_sec *patched = side_section(&diff->patched, side_piece(&diff->patched, p));

	return data_classify(orig) == DATA_CONST && data_classify(patched) == DATA_CONST ? RULE_TABLE_CHANGED
											 : RULE_DATA_CHANGED;
}

static void refuse_content(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	struct arena *arena = arena_new();

	diag_refuse(
		diag, content_rule(diff, p), file_of(diff), piece->name,
		"changed data in %s: %s differs; the running kernel keeps its copy, so change that in a callback or a function%s",
		side_section(&diff->patched, piece)->name, difference_text(diff->changes->v[p].why),
		why_not_copied(diff, p, arena));
	arena_free(arena);
}

/* orig: what it was a part of */
static void refuse_merged(const struct diff *diff, uint32_t p, uint32_t orig, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	const struct elf_sec *sec = side_section(&diff->patched, piece);
	uint32_t other = diff->corr->to_patched[orig];

	diag_refuse(
		diag, data_classify(sec) == DATA_CONST ? RULE_TABLE_CHANGED : RULE_DATA_CHANGED, file_of(diff),
		piece->name,
		"changed data in %s: the running kernel has one copy for this and %s, which had the same content, and keeps it; change that in a callback or a function",
		sec->name, side_piece(&diff->patched, other)->name);
}

/* Whoever was given the address of one has that of the other, too: ftrace leads both to what became of the first. */
static void check_merged_function(const struct diff *diff, uint32_t p, struct diag *diag)
{
	bool is_new = side_piece(&diff->patched, p)->kind == PIECE_FUNC && diff->changes->v[p].change == CHANGE_NEW;
	uint32_t orig = is_new && is_included(diff, p) ? merged_before(diff, p) : PIECE_NONE;

	if (orig != PIECE_NONE && running_is_address_taken(&diff->orig, orig))
		diag_refuse(
			diag, RULE_FUNCTION_MERGED, file_of(diff), side_piece(&diff->patched, p)->name,
			"it had the same code as %s, and the running kernel has one function for both; now they differ, and a call of the common address may mean either",
			side_piece(&diff->orig, orig)->name);
}

static void refuse_data(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	const struct change_info *info = &diff->changes->v[p];
	const char *section = side_section(&diff->patched, piece)->name;
	uint32_t merged = info->change == CHANGE_NEW && is_included(diff, p) ? merged_before(diff, p) : PIECE_NONE;

	if (piece->class == SEC_TABLE)
		diag_refuse(diag, RULE_INIT_ENTRY, file_of(diff), piece->name,
			    "%s entry in %s, which only __init code reads",
			    info->change == CHANGE_NEW ? "new" : "changed", section);
	else if (piece->class == SEC_TEXT)
		diag_refuse(diag, RULE_NAMELESS_CODE, file_of(diff), piece->name, "%s code that belongs to no function",
			    info->change == CHANGE_NEW ? "new" : "changed");
	else if (info->change == CHANGE_CHANGED && info->why == DIFF_ALIGNMENT)
		diag_refuse(
			diag, content_rule(diff, p), file_of(diff), piece->name,
			"changed data in %s: its alignment is raised from %lu to %lu bytes; the running kernel's copy stays where it is, so align a new variable, or allocate memory",
			section, (unsigned long)attributes_alignment(&diff->orig, diff->corr->to_orig[p]),
			(unsigned long)attributes_alignment(&diff->patched, p));
	else if (info->change == CHANGE_CHANGED)
		refuse_content(diff, p, diag);
	else if (merged != PIECE_NONE)
		refuse_merged(diff, p, merged, diag);
	/* module_init() leaves `__UNIQUE_ID___addressable_init_module680`, whose number any new unique name shifts. */
	else if (info->change == CHANGE_NEW && piece->class == SEC_INIT &&
		 !(piece->kind == PIECE_DATA && piece->anonymous))
		diag_refuse(diag, RULE_INIT_ENTRY, file_of(diff), piece->name,
			    "new entry in %s: only __init code would use it", section);
}

/* What an existing variable says of the insides of a function, it says of the old one. */
static void refuse_labels(const struct diff *diff, uint32_t p, struct diag *diag)
{
	diag_refuse(
		diag, RULE_LABEL_TABLE, file_of(diff), side_piece(&diff->patched, p)->name,
		"holds addresses inside a changed function, and the running kernel's copy leads into the old one; only a static const table that the function itself indexes can be copied into the livepatch");
}

static bool has_type_hash(const struct elf_obj *obj, const struct piece *piece)
{
	for (uint32_t i = 1; i < obj->nsyms; i++)
		if (obj->syms[i].shndx == piece->sec && obj->syms[i].value == piece->start &&
		    is_type_hash_symbol(obj->syms[i].name))
			return true;
	return false;
}

static void refuse_gap(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	if (piece->kind == PIECE_FUNC && has_type_hash(diff->patched.obj, piece)) {
		diag_refuse(
			diag, RULE_SIGNATURE_CHANGED, file_of(diff), piece->name,
			"its type has another hash (kCFI), and its address stays that of the old function: who calls it by a pointer of the new type traps; keep its type, or add a function of another name");
		return;
	}
	diag_refuse(diag, RULE_NAMELESS_DATA, file_of(diff), piece->name,
		    "changed bytes next to it in %s, which no symbol names; give them a symbol with a type",
		    side_section(&diff->patched, piece)->name);
}

static void refuse_unknown(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	diag_refuse(diag, RULE_UNKNOWN_SECTION, file_of(diff), piece->name,
		    "changed in section %s, whose meaning is not known", side_section(&diff->patched, piece)->name);
}

/* Is it new where nothing of the livepatch would use it, and does the author want to do without it (a parameter)? */
static bool is_unwanted(const struct diff *diff, uint32_t p)
{
	enum sec_class class = side_piece(&diff->patched, p)->class;

	return diff->changes->v[p].change == CHANGE_NEW && (class == SEC_INIT || class == SEC_TABLE) &&
	       author_ignores_piece(diff->author, &diff->patched, p);
}

static void check_pieces(const struct diff *diff, struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		/* Read by diff/author.c. */
		if (piece->class == SEC_AUTHOR)
			continue;
		/* All else of such a section is told in one line: see check_unknown_sections(). */
		if (piece->class == SEC_UNKNOWN) {
			if (diff->changes->v[p].change == CHANGE_CHANGED && piece->kind != PIECE_ANON)
				refuse_unknown(diff, p, diag);
			continue;
		}
		if (diff->changes->v[p].gap_differs)
			refuse_gap(diff, p, diag);
		if (diff->changes->v[p].labels == LABELS_OLD)
			refuse_labels(diff, p, diag);
		if (diff->changes->v[p].change == CHANGE_SAME || diff->changes->v[p].labels != LABELS_NONE ||
		    is_unwanted(diff, p))
			continue;
		check_merged_function(diff, p, diag);
		if (piece->kind == PIECE_FUNC)
			refuse_function(diff, p, diag);
		else if (!diff->changes->v[p].copied)
			refuse_data(diff, p, diag);
	}
}

static void warn_exports(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *orig = diff->orig.obj, *patched = diff->patched.obj;

	for (uint32_t i = 1; i < patched->nsyms; i++)
		if (elf_obj_export(patched, i) && !elf_obj_find_symbol(orig, patched->syms[i].name))
			diag_warn(diag, RULE_EXPORT_ADDED, file_of(diff), elf_obj_export(patched, i),
				  "new export: no module will find it, since a livepatch exports nothing");
	for (uint32_t i = 1; i < orig->nsyms; i++)
		if (elf_obj_export(orig, i) && !elf_obj_find_symbol(patched, orig->syms[i].name))
			diag_warn(diag, RULE_EXPORT_REMOVED, file_of(diff), elf_obj_export(orig, i),
				  "removed export: the running kernel still exports it");
}

/*
 * What the author adds in a hunk, the compiler keeps (__used), and no function of the livepatch reaches. (What is
 * global is copied anyway.)
 */
static bool is_unused(const struct diff *diff, uint32_t p)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	return piece->root == p && diff->changes->v[p].change == CHANGE_NEW && !is_included(diff, p) &&
	       !author_ignores_piece(diff->author, &diff->patched, p) &&
	       (piece->kind == PIECE_FUNC || piece->kind == PIECE_DATA) && !piece->anonymous &&
	       (piece->class == SEC_TEXT || piece->class == SEC_DATA) &&
	       origin_of(diff->origin, piece->name) != ORIGIN_ELSEWHERE;
}

/* (What is refused may be the user.) */
static void warn_unused(const struct diff *diff, struct diag *diag)
{
	if (diag->refusals)
		return;
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if (is_unused(diff, p))
			diag_warn(diag, RULE_NEW_UNUSED, file_of(diff), side_piece(&diff->patched, p)->name,
				  "new, but left out: nothing in the livepatch uses it");
}

static bool differs_in_bytes(const struct elf_sec *orig, const struct elf_sec *patched)
{
	return !orig || !patched || orig->size != patched->size || !orig->data != !patched->data ||
	       (patched->data && memcmp(orig->data, patched->data, patched->size));
}

/* What the author says of the patched module or kernel (MODULE_ALIAS(), a note), or what the kernel never loads. */
static void warn_about_file(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *patched = diff->patched.obj;

	for (uint32_t i = 1; i < patched->nsecs; i++) {
		const struct elf_sec *sec = &patched->secs[i];
		const char *why = section_left_out(sec->name, sec->flags);

		if (!why || (sec->type != SHT_PROGBITS && sec->type != SHT_NOTE) || !sec->size ||
		    author_ignores_section(diff->author, sec->name))
			continue;
		if (differs_in_bytes(elf_obj_find_section(diff->orig.obj, sec->name), sec))
			diag_warn(diag, RULE_NEW_UNUSED, file_of(diff), sec->name, "its changes are left out: %s", why);
	}
}

static bool has_left_out(const struct diff *diff, const struct author_ignored *ignored)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if ((diff->changes->v[p].left_out || is_unwanted(diff, p)) &&
		    author_is_ignored(ignored, &diff->patched, p))
			return true;
	return false;
}

/* (Of a section without pieces only the bytes are told.) */
static bool has_changes(const struct diff *diff, const struct author_ignored *ignored)
{
	return has_left_out(diff, ignored) ||
	       (ignored->is_section && differs_in_bytes(elf_obj_find_section(diff->orig.obj, ignored->name),
							elf_obj_find_section(diff->patched.obj, ignored->name)));
}

static bool is_used_in_livepatch(const struct diff *diff, uint32_t p)
{
	for (uint32_t i = 0; i < diff->selection->nparts; i++) {
		const struct use_part *part = &diff->selection->parts[i];

		for (uint32_t k = 0; k < part->n; k++)
			if (diff->selection->uses[part->first + k].ref->piece == p)
				return true;
	}
	return false;
}

/*
 * What is to be left out may be changed again, for a constant or a function that has to be copied; or others rely on
 * the change.
 */
static void check_left_out(const struct diff *diff, struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct change_info *info = &diff->changes->v[p];
		const struct piece *piece = side_piece(&diff->patched, p);

		if (!info->left_out)
			continue;
		if (info->change == CHANGE_CHANGED)
			diag_refuse(
				diag, RULE_IGNORED_NEEDED, file_of(diff), piece->name,
				"the patch asks to leave out its changes, but the livepatch needs it: %s differs from the running kernel's",
				difference_text(info->why));
		else if (piece->kind == PIECE_DATA && (info->why == DIFF_SIZE || info->why == DIFF_ALIGNMENT) &&
			 is_used_in_livepatch(diff, p))
			diag_refuse(
				diag, RULE_IGNORED_NEEDED, file_of(diff), piece->name,
				"the patch asks to leave out its changes, but code of the livepatch was compiled with them: %s differs",
				difference_text(info->why));
	}
}

/* What the author asked for, and what comes of it. */
static void tell_requests(const struct diff *diff, struct diag *diag)
{
	const struct author *author = diff->author;

	for (uint32_t i = 0; i < author->nignored; i++) {
		const struct author_ignored *ignored = &author->ignored[i];

		diag_warn(diag, RULE_IGNORED, file_of(diff), ignored->name, "%s",
			  has_changes(diff, ignored) ? "its changes are left out of the livepatch, as the patch asks"
						     : "the patch asks to leave out its changes, but it has none");
	}
	for (uint32_t i = 0; i < author->nforced; i++)
		diag_report(
			diag, DIAG_NOTE, RULE_FORCE_UNSAFE, file_of(diff), author->forced[i],
			"KPATCH_FORCE_UNSAFE has no effect: a task gets the new function once the old one is not on its stack; if that never happens, the administrator can write 1 to /sys/kernel/livepatch/NAME/force");
}

void gate_run(const struct diff *diff, struct diag *diag)
{
	tell_requests(diff, diag);
	check_left_out(diff, diag);
	check_pieces(diff, diag);
	use_rules_run(diff, diag);
	removed_run(diff, diag);
	section_rules_run(diff, diag);
	warn_exports(diff, diag);
	warn_unused(diff, diag);
	warn_about_file(diff, diag);
	running_warn(diff, diag);
	restarts_warn(diff, diag);
	locks_note(diff, diag);
}
