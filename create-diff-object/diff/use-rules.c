// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a livepatch must not refer to: one table of rules for the rows of the table of uses, and what can't be seen in
 * one row.
 */
#include "diff/use-rules.h"

#include "arch/arch.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"

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
 * The neighbour that a computed address may belong to as well, if that makes a difference; else PIECE_NONE. Addresses
 * before a variable are less than its size away from it (a[i - 1]), those behind no more than a member of a structure.
 */
static uint32_t find_other_owner(const struct diff *diff, const struct ref *ref)
{
	const struct pieces *pieces = diff->patched.pieces;
	const struct piece *target = &pieces->v[ref->piece], *left = target - 1, *right = target + 1;
	uint64_t at = target->entry + (uint64_t)ref->target;

	/* What a loop runs up to is the end of something: see is_border. */
	if (ref->arithmetic == REF_AS_IS || target->kind != PIECE_DATA ||
	    (at == target->end && ref->arithmetic != REF_INDEXED))
		return PIECE_NONE;
	if (ref->arithmetic == REF_INDEXED && ref->piece > pieces->first_of_sec[target->sec] && at - left->end <= 64 &&
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

	return ref->source == REF_UNDECODED && obj->arch->reloc(ref->type)->pc_relative &&
	       elf_sym_is_section(&obj->syms[ref->sym]) && pieces->end_of_sec[sec] - pieces->first_of_sec[sec] > 1;
}

/* Can the instruction do without the slot that holds an address? */
static bool has_direct_form(const struct side *side, uint32_t from, const struct ref *ref)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, from));
	struct arch_direct direct;

	return elf_sec_is_text(sec) && side->obj->arch->avoid_got(sec->data, ref->offset, &direct);
}

/* A reference that is included, for the rules below. */
struct use_check {
	const struct diff *diff;
	const struct use *row;
	const struct piece *target; /* NULL: another object's, or in a section without pieces */
	struct arena *arena;        /* for the texts */
};

static const char *name_of_symbol(const struct use_check *check)
{
	return check->diff->patched.obj->syms[check->row->ref->sym].name;
}

static const struct arch_reloc *type_of(const struct use_check *check)
{
	return check->diff->patched.obj->arch->reloc(check->row->ref->type);
}

static bool needs_got(const struct use_check *check)
{
	return type_of(check)->is_got && (check->row->context != USE_IN_BODY ||
					  !has_direct_form(&check->diff->patched, check->row->from, check->row->ref));
}

static const char *got_text(const struct use_check *check)
{
	return arena_printf(check->arena, "reads the address of %s from the GOT; modules have none (%s)",
			    name_of_symbol(check), type_of(check)->name);
}

static bool is_nowhere(const struct use_check *check)
{
	return check->row->use == REF_USE_NOWHERE;
}

static const char *nowhere_text(const struct use_check *check)
{
	const struct elf_obj *obj = check->diff->patched.obj;

	if (check->target && check->target->kind != PIECE_ANON)
		return arena_printf(check->arena, "refers to %s in section %s, which can't be copied into a livepatch",
				    check->target->name, obj->secs[check->target->sec].name);
	return arena_printf(check->arena, "refers to section %s, which can't be copied into a livepatch",
			    obj->secs[obj->syms[check->row->ref->sym].shndx].name);
}

/* No piece is meant, and nothing is wrong with that. */
static bool is_no_piece(const struct use_check *check)
{
	return check->row->use == REF_USE_UNDEFINED || check->row->use == REF_USE_ENTRY;
}

static bool is_short_jump(const struct use_check *check)
{
	return check->row->ref->source == REF_FOUND && type_of(check)->size != 4;
}

static const char *short_jump_text(const struct use_check *check)
{
	return arena_printf(check->arena, "short jump to %s in the same section can't be moved", check->target->name);
}

static bool is_physical(const struct use_check *check)
{
	return check->row->ref->shift && check->row->use == REF_USE_COPY;
}

static const char *physical_text(const struct use_check *check)
{
	return arena_printf(
		check->arena,
		"takes the physical address of %s, which is part of the kernel's image; its copy in the livepatch is not",
		check->target->name);
}

static bool is_freed(const struct use_check *check)
{
	return check->target->class == SEC_INIT;
}

static const char *freed_text(const struct use_check *check)
{
	return arena_printf(check->arena, "refers to %s, which is freed after boot", check->target->name);
}

static bool is_border(const struct use_check *check)
{
	return check->row->ref->is_border && !is_harmless_border(check->diff, check->row->ref);
}

static const char *border_text(const struct use_check *check)
{
	return arena_printf(
		check->arena,
		"refers to the end of %s or the start of %s, and nothing tells which; put something between them",
		check->target[-1].name, check->target->name);
}

static bool has_other_owner(const struct use_check *check)
{
	return !is_border(check) && find_other_owner(check->diff, check->row->ref) != PIECE_NONE;
}

static const char *other_owner_text(const struct use_check *check)
{
	const struct side *patched = &check->diff->patched;

	return arena_printf(
		check->arena,
		"computes with an address in %s that may mean %s or %s, and the patch moved them apart; put new data elsewhere",
		side_section(patched, check->target)->name, check->target->name,
		side_piece(patched, find_other_owner(check->diff, check->row->ref))->name);
}

static bool is_in_unknown_code(const struct use_check *check)
{
	return !is_border(check) && !has_other_owner(check) && is_unsure(check->diff, check->row->ref);
}

static const char *unknown_code_text(const struct use_check *check)
{
	return arena_printf(
		check->arena, "refers to %s or to its neighbour: the instruction at offset %#lx is not known",
		check->target->name,
		(unsigned long)(check->row->ref->offset - side_piece(&check->diff->patched, check->row->from)->entry));
}

static bool is_label_of_same(const struct use_check *check)
{
	return check->row->use == REF_USE_COPY && check->target->kind == PIECE_FUNC &&
	       check->diff->changes->v[check->target->root].change == CHANGE_SAME &&
	       check->target->root != side_piece(&check->diff->patched, check->row->from)->root;
}

static const char *label_text(const struct use_check *check)
{
	return arena_printf(check->arena, "refers to a label inside %s, which did not change", check->target->name);
}

/* What a reference of the livepatch must not be, in this order. */
static const struct {
	enum rule rule;
	bool (*applies)(const struct use_check *check);
	const char *(*text)(const struct use_check *check); /* NULL: it is allowed */
	bool is_last;                                       /* the rules behind it do not hold for what it applies to */
} use_rules[] = {
	{RULE_GOT_REFERENCE, needs_got, got_text, false},
	{RULE_NOT_COPIED, is_nowhere, nowhere_text, true},
	{RULE_NONE, is_no_piece, NULL, true},
	{RULE_SHORT_JUMP, is_short_jump, short_jump_text, true},
	{RULE_PHYSICAL_ADDRESS, is_physical, physical_text, false},
	{RULE_INIT_REFERENCE, is_freed, freed_text, false},
	{RULE_REFERENCE_UNCLEAR, is_border, border_text, false},
	{RULE_REFERENCE_UNCLEAR, has_other_owner, other_owner_text, false},
	{RULE_REFERENCE_UNCLEAR, is_in_unknown_code, unknown_code_text, false},
	{RULE_LABEL_REFERENCE, is_label_of_same, label_text, false},
};

static void check_use(const struct diff *diff, const struct use *row, struct arena *arena, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	const struct use_check check = {
		.diff = diff,
		.row = row,
		.target = row->ref->piece == PIECE_NONE ? NULL : side_piece(patched, row->ref->piece),
		.arena = arena,
	};

	for (uint32_t i = 0; i < sizeof(use_rules) / sizeof(use_rules[0]); i++) {
		if (!use_rules[i].applies(&check))
			continue;
		if (use_rules[i].text)
			diag_refuse(diag, use_rules[i].rule, diff->patched.obj->path,
				    side_piece(patched, row->from)->name, "%s", use_rules[i].text(&check));
		if (use_rules[i].is_last)
			return;
	}
}

static bool is_constant(const struct side *side, uint32_t id)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, id));

	return is_constant_section(sec->name, sec->flags);
}

/*
 * A constant that is the kernel's or a new one with the same content: both hold what the source says, so the kernel's
 * is meant. A function that gets another name (`__nf_ip6_route()` as `___nf_ip6_route()`, with a wrapper of the old
 * one) takes its `static const struct sock fake_sk` along. What was given that address before still finds it.
 */
static bool is_same_constant(const struct diff *diff, uint32_t p)
{
	uint32_t orig = diff->corr->to_orig[p];

	return orig == diff->corr->other[p] && diff->changes->v[p].change == CHANGE_SAME &&
	       is_constant(&diff->orig, orig) && is_constant(&diff->patched, p);
}

/* Refuses the use of a variable that could be one of two, or new; once for each user. */
static void check_static(const struct diff *diff, const struct use *rows, uint32_t i, struct diag *diag)
{
	uint32_t p = rows[i].ref->piece, from = rows[i].from, orig, other;

	if (p == PIECE_NONE || diff->corr->rule[p] != CORR_AMBIGUOUS || rows[i].use != REF_USE_EXISTING ||
	    is_same_constant(diff, p))
		return;
	for (uint32_t k = 0; k < i; k++)
		if (rows[k].ref->piece == p)
			return;
	orig = diff->corr->to_orig[p];
	other = diff->corr->other[p];
	if (orig == other)
		diag_refuse(
			diag, RULE_STATIC_AMBIGUOUS, diff->patched.obj->path, side_piece(&diff->patched, from)->name,
			"uses static variable %s, which could be %s of the running kernel or a new one; give the new one another name",
			side_piece(&diff->patched, p)->name, side_piece(&diff->orig, orig)->name);
	else
		diag_refuse(
			diag, RULE_STATIC_AMBIGUOUS, diff->patched.obj->path, side_piece(&diff->patched, from)->name,
			"uses static variable %s, which could be %s or %s of the running kernel; rename one of them",
			side_piece(&diff->patched, p)->name, side_piece(&diff->orig, orig)->name,
			side_piece(&diff->orig, other)->name);
}

static void check_part(const struct diff *diff, const struct use_part *part, struct arena *arena, struct diag *diag)
{
	const struct use *rows = &diff->selection->uses[part->first];

	for (uint32_t i = 0; i < part->n; i++) {
		check_use(diff, &rows[i], arena, diag);
		check_static(diff, rows, i, diag);
	}
}

static void check_block(const struct diff *diff, const struct text_block *block, struct diag *diag)
{
	const struct side *patched = &diff->patched;

	/* The assembler resolves a jump inside of a section by itself; alone, the block would jump into the void. */
	if (refs_special_text_leaves(patched->refs, patched->obj, block->sec, block->start, block->end))
		diag_refuse(diag, RULE_SHORT_JUMP, diff->patched.obj->path, side_piece(patched, block->owner)->name,
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
			diag, RULE_NAMELESS_DATA, diff->patched.obj->path,
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
 * Inline assembly may leave data about its place that only its section's neighbours find. The copy of the function has
 * no such record in the kernel's.
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
			diag_refuse(diag, RULE_NAMELESS_DATA, diff->patched.obj->path, target->name,
				    "its data in %s has no name and nothing refers to it, so its purpose is not known",
				    piece->name);
		return;
	}
}

void use_rules_run(const struct diff *diff, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	struct arena *arena = arena_new();

	for (uint32_t p = 0; p < patched->pieces->n; p++)
		if (is_included(diff, p))
			check_nameless(diff, p, diag);
		else
			check_left_behind(diff, p, diag);
	for (uint32_t i = 0; i < diff->selection->nparts; i++)
		check_part(diff, &diff->selection->parts[i], arena, diag);
	for (uint32_t i = 0; i < diff->selection->nblocks; i++)
		check_block(diff, &diff->selection->blocks[i], diag);
	arena_free(arena);
}
