// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of refusal. A livepatch replaces functions at their entry, by ftrace, while the system runs; data stays as
 * it is, and code that ran at start-up ran already. What a patch changes besides functions must be refused by name,
 * for leaving it out in silence would load a fix that does not fix.
 */
#include "diff/gate.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "diff/attributes.h"
#include "diff/constants.h"
#include "diff/init-code.h"
#include "diff/merged.h"
#include "diff/restarts.h"
#include "diff/running.h"
#include "kernel/author.h"
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
 * What to change instead of a function that can't be patched: up to three that lead to it and can be, the nearest ones. In
 * lib/maple_tree.c the callers of what ftrace can't reach are such functions themselves.
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
			 ? "what leads to it (no function of this object that calls it can be patched)"
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
 * __init code that no hunk touches changed for the sake of what is inlined into it, and the livepatch has that where it still runs.
 * The function has run, unless its module comes later, which nothing can change: the kernel patches no code of .init sections. (An
 * __exit function is yet to run.) Returns NULL, noted, or why it can't be left out: "" if that needs no word.
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
			"__init function left out: what is inlined into it changed, the function itself did not, and it has run (where its module is loaded after the livepatch, it runs as it was)");
	return NULL;
}

static void refuse_init_function(const struct diff *diff, uint32_t p, struct diag *diag)
{
	struct arena *arena = arena_new();
	const char *why = note_init_function(diff, p, arena, diag);

	if (why)
		diag_refuse(
			diag, RULE_INIT_CODE, file_of(diff), side_piece(&diff->patched, p)->name,
			"%s __init or __exit function: it already ran, or runs once; patch the code that uses its result%s",
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
	if (info->change == CHANGE_CHANGED && !info->carried && piece->root == p &&
	    !side_piece(&diff->orig, diff->corr->to_orig[p])->traced)
		diag_refuse(
			diag, RULE_NOT_TRACED, file_of(diff), piece->name,
			"changed function that ftrace can't reach (notrace, noinstr, inline kept out of line, or compiled without -pg); change %s instead",
			list_callers(diff, p, callers, sizeof(callers)));
}

/* Of what is as good as a constant that could be brought along: why it can't; else nothing. */
static const char *why_not_carried(const struct diff *diff, uint32_t p, struct arena *arena)
{
	const struct constant_verdict verdict = constants_judge(&diff->orig, &diff->patched, diff->corr, p);
	const char *before = "";

	switch (verdict.bar) {
	case CONSTANT_REFERRED:
		return arena_printf(arena, "; a new one can't take its place, for %s refers to it", verdict.name);
	case CONSTANT_STARTUP:
		return arena_printf(
			arena, "; a new one can't take its place, for %s reads it, which belongs to start-up or exit",
			verdict.name);
	case CONSTANT_UNTRACED:
		return arena_printf(arena,
				    "; a new one can't take its place, for %s reads it, which ftrace can't reach",
				    verdict.name);
	case CONSTANT_ADDRESS:
		if (verdict.holder)
			before = arena_printf(arena, "reads from %s and ", verdict.holder);
		return arena_printf(arena,
				    "; a new one can't take its place, for others may know its address, which %s",
				    escape_path_text(arena, verdict.side, &verdict.path, before));
	default:
		return "";
	}
}

/* Read-only data has a rule of its own: `--without table-changed` is asked for a table of ids or of operations, not for a variable. */
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
		"changed data in %s: %s differs; the running kernel's copy stays as it is, so change it from a callback or a function%s",
		side_section(&diff->patched, piece)->name, difference_text(diff->changes->v[p].why),
		why_not_carried(diff, p, arena));
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
		"changed data in %s: its content was that of %s, and the running kernel has one place for both, which stays as it is; who knows its address would not know a new one, so change it from a callback or a function",
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
			"its code was that of %s, and the running kernel has one place for both; they differ now, and who was given that address calls one for the other",
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
			    "%s entry in %s, which is read at start-up only",
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
			    "new entry in %s: it would only be used at start-up", section);
}

/* What an existing datum says of the insides of a function, it says of the old one. */
static void refuse_labels(const struct diff *diff, uint32_t p, struct diag *diag)
{
	diag_refuse(
		diag, RULE_LABEL_TABLE, file_of(diff), side_piece(&diff->patched, p)->name,
		"holds addresses inside of a changed function, and the running kernel's copy leads into the old one; only a static const table that the function itself indexes can go along with it");
}

static void refuse_gap(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	diag_refuse(diag, RULE_NAMELESS_DATA, file_of(diff), piece->name,
		    "changed bytes beside it in %s, which no symbol names; give them a symbol with a type",
		    side_section(&diff->patched, piece)->name);
}

static void refuse_unknown(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	diag_refuse(diag, RULE_UNKNOWN_SECTION, file_of(diff), piece->name,
		    "changed in section %s, whose meaning is not known", side_section(&diff->patched, piece)->name);
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
		if (diff->changes->v[p].change == CHANGE_SAME || diff->changes->v[p].labels != LABELS_NONE)
			continue;
		check_merged_function(diff, p, diag);
		if (piece->kind == PIECE_FUNC)
			refuse_function(diff, p, diag);
		else if (!diff->changes->v[p].carried)
			refuse_data(diff, p, diag);
	}
}

/* Which side of a border is meant does not matter if both stay where they are, one behind the other. */
static bool is_harmless_border(const struct diff *diff, const struct ref *ref)
{
	uint32_t left = diff->corr->to_orig[ref->piece - 1], right = diff->corr->to_orig[ref->piece];
	const struct piece *l, *r;

	if (left == PIECE_NONE || right == PIECE_NONE)
		return false;
	l = side_piece(&diff->orig, left);
	r = side_piece(&diff->orig, right);
	return l->sec == r->sec && l->end == r->start;
}

/* Do two neighbours of a patched section stand just so in the running kernel? */
static bool is_same_distance(const struct diff *diff, uint32_t left, uint32_t right)
{
	uint32_t o_left = diff->corr->to_orig[left], o_right = diff->corr->to_orig[right];
	const struct piece *l, *r;

	if (o_left == PIECE_NONE || o_right == PIECE_NONE)
		return false;
	l = side_piece(&diff->orig, o_left);
	r = side_piece(&diff->orig, o_right);
	return l->sec == r->sec && r->start - l->start == side_piece(&diff->patched, right)->start -
								  side_piece(&diff->patched, left)->start;
}

/*
 * The neighbour that a computed address may belong to as well, if that makes a difference; else PIECE_NONE. Addresses before
 * a datum are less than its size away from it (a[i - 1]), those behind no more than a member of a structure.
 */
static uint32_t find_other_owner(const struct diff *diff, const struct ref *ref)
{
	const struct pieces *pieces = diff->patched.pieces;
	const struct piece *target = &pieces->v[ref->piece], *left = target - 1, *right = target + 1;
	uint64_t at = target->entry + (uint64_t)ref->target;

	/* What a loop runs up to is the end of something: see is_border. */
	if (!ref->is_displaced || target->kind != PIECE_DATA || (at == target->end && !ref->is_indexed))
		return PIECE_NONE;
	if (ref->is_indexed && ref->piece > pieces->first_of_sec[target->sec] && at - left->end <= 64 &&
	    !is_same_distance(diff, ref->piece - 1, ref->piece))
		return ref->piece - 1;
	if (ref->piece + 1 < pieces->end_of_sec[target->sec] && right->start - at <= right->end - right->start &&
	    !is_same_distance(diff, ref->piece, ref->piece + 1))
		return ref->piece + 1;
	return PIECE_NONE;
}

/* May the byte that a field means be another one than was found, and does that matter? */
static bool is_unsure(const struct diff *diff, const struct ref *ref)
{
	const struct pieces *pieces = diff->patched.pieces;
	const struct elf_obj *obj = diff->patched.obj;
	uint32_t sec = pieces->v[ref->piece].sec;

	return ref->is_undecoded && obj->arch->reloc(ref->type)->pc_relative &&
	       elf_sym_is_section(&obj->syms[ref->sym]) && pieces->end_of_sec[sec] - pieces->first_of_sec[sec] > 1;
}

/* Can the instruction do without the slot that holds an address? */
static bool has_direct_form(const struct side *side, uint32_t from, const struct ref *ref)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, from));
	struct arch_direct direct;

	return elf_sec_is_text(sec) && side->obj->arch->avoid_got(sec->data, ref->offset, &direct);
}

static void refuse_nowhere(const struct diff *diff, const char *place, const struct ref *ref, struct diag *diag)
{
	const struct elf_obj *obj = diff->patched.obj;
	const struct piece *target = ref->piece == PIECE_NONE ? NULL : side_piece(&diff->patched, ref->piece);

	if (target && target->kind != PIECE_ANON)
		diag_refuse(diag, RULE_NOT_CARRIED, file_of(diff), place,
			    "refers to %s in section %s, which a livepatch can't carry", target->name,
			    obj->secs[target->sec].name);
	else
		diag_refuse(diag, RULE_NOT_CARRIED, file_of(diff), place,
			    "refers to section %s, which a livepatch can't carry",
			    obj->secs[obj->syms[ref->sym].shndx].name);
}

static void check_use(const struct diff *diff, const struct use *row, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	const struct ref *ref = row->ref;
	uint32_t from = row->from, other;
	const char *place = side_piece(patched, from)->name;
	enum ref_use use = row->use;
	const struct piece *target;

	if (patched->obj->arch->reloc(ref->type)->is_got &&
	    (row->context != USE_IN_BODY || !has_direct_form(patched, from, ref)))
		diag_refuse(diag, RULE_GOT_REFERENCE, file_of(diff), place,
			    "reads the address of %s from a table of the linker, which modules don't have (%s)",
			    patched->obj->syms[ref->sym].name, patched->obj->arch->reloc(ref->type)->name);
	if (use == REF_USE_NOWHERE) {
		refuse_nowhere(diff, place, ref, diag);
		return;
	}
	if (use == REF_USE_UNDEFINED)
		return;
	target = side_piece(patched, ref->piece);
	if (ref->is_found && patched->obj->arch->reloc(ref->type)->size != 4) {
		diag_refuse(diag, RULE_SHORT_JUMP, file_of(diff), place,
			    "short jump to %s in the same section can't be moved", target->name);
		return;
	}
	if (ref->shift && use == REF_USE_COPY)
		diag_refuse(
			diag, RULE_PHYSICAL_ADDRESS, file_of(diff), place,
			"takes the physical address of %s as of a part of the kernel's image, which the copy is not",
			target->name);
	if (target->class == SEC_INIT)
		diag_refuse(diag, RULE_INIT_REFERENCE, file_of(diff), place,
			    "refers to %s, which is freed after start-up", target->name);
	other = find_other_owner(diff, ref);
	if (ref->is_border && !is_harmless_border(diff, ref))
		diag_refuse(
			diag, RULE_REFERENCE_UNCLEAR, file_of(diff), place,
			"refers to the end of %s or the start of %s, which can't be told apart; put something between them",
			target[-1].name, target->name);
	else if (other != PIECE_NONE)
		diag_refuse(
			diag, RULE_REFERENCE_UNCLEAR, file_of(diff), place,
			"computes with an address in %s that may be one of %s or of %s, and the patch moved them apart; put new data elsewhere",
			side_section(patched, target)->name, target->name, side_piece(patched, other)->name);
	else if (is_unsure(diff, ref))
		diag_refuse(diag, RULE_REFERENCE_UNCLEAR, file_of(diff), place,
			    "refers to %s or to what is beside it: the instruction at offset %#lx is not known",
			    target->name, (unsigned long)(ref->offset - side_piece(patched, from)->entry));
	if (use == REF_USE_COPY && target->kind == PIECE_FUNC && diff->changes->v[target->root].change == CHANGE_SAME &&
	    target->root != side_piece(patched, from)->root)
		diag_refuse(diag, RULE_LABEL_REFERENCE, file_of(diff), place,
			    "refers to a label inside of %s, which did not change", target->name);
}

/* Refuses the use of a variable that could be one of two, or new; once for each user. */
static void check_static(const struct diff *diff, const struct use *rows, uint32_t i, struct diag *diag)
{
	uint32_t p = rows[i].ref->piece, from = rows[i].from, orig, other;

	if (p == PIECE_NONE || diff->corr->rule[p] != CORR_AMBIGUOUS || rows[i].use != REF_USE_EXISTING)
		return;
	for (uint32_t k = 0; k < i; k++)
		if (rows[k].ref->piece == p)
			return;
	orig = diff->corr->to_orig[p];
	other = diff->corr->other[p];
	if (orig == other)
		diag_refuse(
			diag, RULE_STATIC_AMBIGUOUS, file_of(diff), side_piece(&diff->patched, from)->name,
			"uses static variable %s, which could be %s of the running kernel or a new one; give the new one another name",
			side_piece(&diff->patched, p)->name, side_piece(&diff->orig, orig)->name);
	else
		diag_refuse(
			diag, RULE_STATIC_AMBIGUOUS, file_of(diff), side_piece(&diff->patched, from)->name,
			"uses static variable %s, which could be %s or %s of the running kernel; rename one of them",
			side_piece(&diff->patched, p)->name, side_piece(&diff->orig, orig)->name,
			side_piece(&diff->orig, other)->name);
}

static void check_part(const struct diff *diff, const struct use_part *part, struct diag *diag)
{
	const struct use *rows = &diff->selection->uses[part->first];

	for (uint32_t i = 0; i < part->n; i++) {
		check_use(diff, &rows[i], diag);
		check_static(diff, rows, i, diag);
	}
}

static void check_block(const struct diff *diff, const struct text_block *block, struct diag *diag)
{
	const struct side *patched = &diff->patched;

	/* The assembler resolves a jump inside of a section by itself; alone, the block would jump into the void. */
	if (refs_special_text_leaves(patched->refs, patched->obj, block->sec, block->start, block->end))
		diag_refuse(diag, RULE_SHORT_JUMP, file_of(diff), side_piece(patched, block->owner)->name,
			    "its instructions in %s jump to others there, which can't be moved",
			    patched->obj->secs[block->sec].name);
}

/* Can it hold state that the source's code relies on, and that no symbol names? */
static bool is_nameless_variable(const struct side *side, const struct piece *piece)
{
	return piece->kind == PIECE_ANON && piece->class == SEC_DATA && !is_compiler_section(piece->name) &&
	       data_classify(side_section(side, piece)) != DATA_CONST;
}

static bool has_nameless_variables(const struct side *side)
{
	for (uint32_t p = 0; p < side->pieces->n; p++)
		if (is_nameless_variable(side, side_piece(side, p)))
			return true;
	return false;
}

/* A variable without a name can't be found in the running kernel, and a copy would begin anew. */
static void check_nameless(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct piece *piece = side_piece(&diff->patched, p);

	if (is_nameless_variable(&diff->patched, piece) && has_nameless_variables(&diff->orig))
		diag_refuse(
			diag, RULE_NAMELESS_DATA, file_of(diff),
			side_piece(&diff->patched, diff->selection->v[p].by)->name,
			"uses a variable in %s that no symbol names: the running kernel's can't be found; give it a symbol with a type",
			piece->name);
}

static bool is_used(const struct side *side, uint32_t id)
{
	for (uint32_t sec = 1; sec < side->obj->nsecs; sec++)
		for (uint32_t i = 0; i < side->refs->count[sec]; i++)
			if (side->refs->of_sec[sec][i].piece == id)
				return true;
	return false;
}

/*
 * Inline assembly may leave data about its place that only its section's neighbours find. The copy of the function has no
 * such record in the kernel's.
 */
static void check_left_behind(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	const struct piece *piece = side_piece(patched, p);
	const struct ref *refs;
	uint32_t n = piece->kind == PIECE_ANON && piece->class == SEC_DATA ? side_refs(patched, piece, &refs) : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct piece *target = refs[i].piece == PIECE_NONE ? NULL : side_piece(patched, refs[i].piece);

		if (!target || target->kind != PIECE_FUNC || !is_included(diff, refs[i].piece) ||
		    (!refs[i].target && target->root == refs[i].piece))
			continue;
		if (!is_used(patched, p))
			diag_refuse(
				diag, RULE_NAMELESS_DATA, file_of(diff), target->name,
				"its data in %s has no name and nothing refers to it, so what it is for is not known",
				piece->name);
		return;
	}
}

static void check_refs(const struct diff *diff, struct diag *diag)
{
	const struct side *patched = &diff->patched;

	for (uint32_t p = 0; p < patched->pieces->n; p++)
		if (is_included(diff, p))
			check_nameless(diff, p, diag);
		else
			check_left_behind(diff, p, diag);
	for (uint32_t i = 0; i < diff->selection->nparts; i++)
		check_part(diff, &diff->selection->parts[i], diag);
	for (uint32_t i = 0; i < diff->selection->nblocks; i++)
		check_block(diff, &diff->selection->blocks[i], diag);
}

/*
 * Does the loss of an original datum lose what it held? Constants are what they were for all that still refer to them, and
 * the flags of WARN_ONCE() and the like have no other use than the code that went.
 */
static bool has_state(const struct side *side, const struct piece *piece)
{
	const struct elf_sec *sec = side_section(side, piece);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && !piece->anonymous &&
	       data_classify(sec) != DATA_CONST && !is_once_section(sec->name, piece->name) &&
	       side->obj->syms[piece->sym].size > 0;
}

/* Is it a constant that others may know by its address (f->f_op == &foo_ops)? Under another name it would be another one. */
static bool is_known_constant(const struct side *side, uint32_t p)
{
	const struct piece *piece = side_piece(side, p);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && !piece->anonymous &&
	       data_classify(side_section(side, piece)) == DATA_CONST && !sym_name_parse(piece->name).has_number &&
	       side->obj->syms[piece->sym].size > 0 && !constants_is_private(side, p);
}

/*
 * What went away: start-up entries and table entries, for what they did is done, and the patch would not undo it; variables,
 * for under another name, type or place they would begin anew, and what they hold would be lost.
 */
static void check_removed(const struct diff *diff, struct diag *diag)
{
	for (uint32_t o = 0; o < diff->orig.pieces->n; o++) {
		const struct piece *piece = side_piece(&diff->orig, o);

		if (diff->corr->to_patched[o] != PIECE_NONE || piece->anonymous != (piece->kind == PIECE_ANON) ||
		    author_ignores_section(diff->author, side_section(&diff->orig, piece)->name))
			continue;
		if (piece->class == SEC_TABLE || (piece->class == SEC_INIT && piece->kind != PIECE_FUNC))
			diag_refuse(diag, RULE_INIT_REMOVED, file_of(diff), piece->name,
				    "removed from %s, which was read at start-up: that can't be undone",
				    side_section(&diff->orig, piece)->name);
		else if (has_state(&diff->orig, piece))
			diag_refuse(
				diag, RULE_DATA_REMOVED, file_of(diff), piece->name,
				"removed data of %s: renamed or moved it would begin anew; keep it, with __used if nothing uses it any more",
				side_section(&diff->orig, piece)->name);
		else if (is_known_constant(&diff->orig, o))
			diag_refuse(
				diag, RULE_CONSTANT_REMOVED, file_of(diff), piece->name,
				"removed constant of %s: who compares with its address would not find it any more; keep it, with __used if nothing uses it",
				side_section(&diff->orig, piece)->name);
	}
}

/* A name that other objects use and that now stands for another function or variable: they would go on with the old one. */
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
			diag_refuse(diag, RULE_NAME_MOVED, file_of(diff), sym->name,
				    "was a name of %s and is one of %s now", side_piece(&diff->orig, o)->name,
				    side_piece(&diff->patched, p)->name);
		else if (side_piece(&diff->patched, p)->kind == PIECE_DATA &&
			 sym->value - side_piece(&diff->patched, p)->entry !=
				 orig->syms[before].value - side_piece(&diff->orig, o)->entry)
			diag_refuse(diag, RULE_NAME_MOVED, file_of(diff), sym->name, "names another place of %s now",
				    side_piece(&diff->patched, p)->name);
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
 * A global definition that is gone while its users stayed: it moved to another file, perhaps with changes, and the symbol that
 * the kernel has is the old one. (A static one that is gone is no matter: the name means another file's.)
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
				diag, RULE_DEFINITION_REMOVED, file_of(diff), side_piece(&diff->patched, user)->name,
				"refers to %s, which the patch removed from this file; the kernel's is the old one, so leave it where it was",
				patched->syms[i].name);
	}
}

/* Is something with a name in the patched section, and a pair, that changed? */
static bool has_changed_piece(const struct diff *diff, uint32_t sec)
{
	const struct pieces *pieces = diff->patched.pieces;

	for (uint32_t p = pieces->first_of_sec[sec]; p != PIECE_NONE && p < pieces->end_of_sec[sec]; p++)
		if (diff->changes->v[p].change == CHANGE_CHANGED && pieces->v[p].kind != PIECE_ANON)
			return true;
	return false;
}

/* Does the section name another thing where it named one: BTF_ID(func, a) became BTF_ID(func, b)? Their bytes are zeros, all. */
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
		diag_refuse(diag, RULE_AUTHOR_SECTION, file_of(diff), section, "%s; %s", why, purpose);
	else
		diag_refuse(diag, RULE_UNKNOWN_SECTION, file_of(diff), place, "%s, and its meaning is not known", why);
}

/* A table that nobody here knows may need an entry for the copied code, or patch it at boot; both go wrong in silence. */
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
				diag_refuse(diag, RULE_UNKNOWN_SECTION, file_of(diff),
					    side_piece(patched, ref->piece)->name,
					    "section %s refers to it, and its meaning is not known", sec->name);
			break;
		}
	}
}

/* What it did at start-up can't be undone, if it did something. */
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

/* The functions that run before main(), which the kernel calls at start-up: marked by piece. */
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

/* Constructors ran at start-up, as initcalls did. */
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
			diag_refuse(diag, RULE_INIT_ENTRY, file_of(diff), side_piece(&diff->patched, p)->name,
				    "%s constructor: they run at start-up only", what);
	}
	for (uint32_t o = 0; o < diff->orig.pieces->n; o++)
		if (before[o] && (diff->corr->to_patched[o] == PIECE_NONE || !now[diff->corr->to_patched[o]]))
			diag_refuse(diag, RULE_INIT_REMOVED, file_of(diff), side_piece(&diff->orig, o)->name,
				    "removed constructor: it ran at start-up, and that can't be undone");
	arena_free(arena);
}

static void warn_exports(const struct diff *diff, struct diag *diag)
{
	const struct elf_obj *orig = diff->orig.obj, *patched = diff->patched.obj;

	for (uint32_t i = 1; i < patched->nsyms; i++)
		if (elf_obj_export(patched, i) && !elf_obj_find_symbol(orig, patched->syms[i].name))
			diag_warn(diag, RULE_EXPORT_ADDED, file_of(diff), elf_obj_export(patched, i),
				  "new export: no module will find it, for a livepatch exports nothing");
	for (uint32_t i = 1; i < orig->nsyms; i++)
		if (elf_obj_export(orig, i) && !elf_obj_find_symbol(patched, orig->syms[i].name))
			diag_warn(diag, RULE_EXPORT_REMOVED, file_of(diff), elf_obj_export(orig, i),
				  "removed export: the kernel goes on exporting it");
}

static bool has_left_out(const struct diff *diff, const struct author_ignored *ignored)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if (diff->changes->v[p].left_out && author_is_ignored(ignored, &diff->patched, p))
			return true;
	return false;
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

/* What is to be left out may be changed again, for a constant or a function that has to go along; or others rely on the change. */
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
				"its changes are to be left out, but it has to be in the livepatch: %s differs, which the running kernel keeps otherwise",
				difference_text(info->why));
		else if (piece->kind == PIECE_DATA && (info->why == DIFF_SIZE || info->why == DIFF_ALIGNMENT) &&
			 is_used_in_livepatch(diff, p))
			diag_refuse(
				diag, RULE_IGNORED_NEEDED, file_of(diff), piece->name,
				"its changes are to be left out, but code of the livepatch is compiled for it as it is in the patch: %s differs",
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
			  ignored->is_section || has_left_out(diff, ignored)
				  ? "its changes are left out of the livepatch, as the patch asks"
				  : "the patch asks to leave out its changes, and it has none");
	}
	for (uint32_t i = 0; i < author->nforced; i++)
		diag_report(
			diag, DIAG_NOTE, RULE_FORCE_UNSAFE, file_of(diff), author->forced[i],
			"KPATCH_FORCE_UNSAFE has no effect: a task gets the new function when the old one is not on its stack; if that never comes, the administrator can write 1 to /sys/kernel/livepatch/NAME/force");
}

void gate_run(const struct diff *diff, struct diag *diag)
{
	tell_requests(diff, diag);
	check_left_out(diff, diag);
	check_pieces(diff, diag);
	check_refs(diff, diag);
	check_removed(diff, diag);
	check_names(diff, diag);
	check_removed_definitions(diff, diag);
	check_unknown_sections(diff, diag);
	check_removed_sections(diff, diag);
	check_constructors(diff, diag);
	warn_exports(diff, diag);
	running_warn(diff, diag);
	restarts_warn(diff, diag);
}
