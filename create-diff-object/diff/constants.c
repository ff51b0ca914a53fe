// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data of the running kernel stays as it is. But of a constant that nobody can tell from a copy, a copy with the new
 * content may stand beside it: `static const u8 map[]` that only functions of this file read. The functions that read
 * it are patched, all of them, and their new code means the copy.
 *
 * Nobody can tell them apart if
 *   - it has a local name and no other, is in a section of constants, alone (-fdata-sections: a reference to a section
 *     can't mean its neighbour then), and neither an entry of a special table nor any other variable refers to it, in
 *     both objects;
 *   - no function lets its address go, before or after the change (see diff/escape.c). `dev->ops = &foo_ops` leaves an
 *     address that others read by, or compare: `f->f_op == &foo_ops` would no longer hold for what was opened before.
 * A constant that holds the address of such a one (`static const struct range *const ranges[]`) is copied with
 * it, on the same terms.
 *
 * __init code that read it has done so by the old content: what the patch wants changed there (a device that is set
 * up from the table) is not changed by a copy, so it bars. What runs when a module leaves can't be patched, and would
 * still read the old one.
 */
#include "diff/constants.h"

#include "arch/arch.h"
#include "diff/untraced.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/vec.h"

/* Constants of one side that stand or fall together. */
struct group {
	const struct side *side;
	bool *has; /* by piece */
	VEC(uint32_t) pieces;
	uint32_t readers; /* references from functions */
};

/* The function whose code is walked for what it does with addresses of a group. */
struct walk {
	const struct group *group;
	uint32_t from;
	struct constant_verdict *verdict;
};

static bool has_other_names(const struct side *side, uint32_t id)
{
	for (uint32_t i = 1; i < side->obj->nsyms; i++)
		if (side->pieces->of_sym[i] == id && i != side_piece(side, id)->sym &&
		    !elf_sym_is_section(&side->obj->syms[i]))
			return true;
	return false;
}

/* A table of labels is a part of its function: see diff/changes.c. */
static bool has_labels(const struct side *side, uint32_t id)
{
	const struct ref *refs;
	uint32_t n = side_refs(side, side_piece(side, id), &refs);

	for (uint32_t i = 0; i < n; i++)
		if (side_is_label(side, &refs[i]))
			return true;
	return false;
}

/* Could it be a constant that only this object knows, by what it is and where it stands? */
static bool is_own_constant(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);
	const struct elf_sym *sym = &side->obj->syms[piece->sym];

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && is_constant_section(sec->name, sec->flags) &&
	       side->pieces->first_of_sec[piece->sec] == id && side->pieces->end_of_sec[piece->sec] == id + 1 &&
	       elf_sym_is_local(sym) && sym->type == STT_OBJECT && sym->size && !piece->anonymous &&
	       !has_other_names(side, id) && !has_labels(side, id);
}

static bool add(struct group *group, uint32_t id)
{
	if (group->has[id])
		return true;
	if (!is_own_constant(group->side, id))
		return false;
	group->has[id] = true;
	vec_add(&group->pieces, id);
	return true;
}

static bool bar(struct constant_verdict *verdict, enum constant_bar why, const char *name)
{
	if (verdict->bar == CONSTANT_FREE)
		*verdict = (struct constant_verdict){.bar = why, .name = name};
	return false;
}

static bool is_member(const struct group *group, const struct ref *ref)
{
	return ref->piece != PIECE_NONE && group->has[ref->piece];
}

/* Does the address of one of the group stand in [start, end) of a piece? */
static bool has_pointer_at(const void *arg, uint32_t id, int64_t start, int64_t end)
{
	const struct group *group = arg;
	const struct ref *refs;
	uint32_t n;

	if (id == PIECE_NONE || !group->has[id])
		return false;
	n = side_refs(group->side, side_piece(group->side, id), &refs);
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = (int64_t)(refs[i].offset - side_piece(group->side, id)->entry);

		if (is_member(group, &refs[i]) && at < end && at + 8 > start)
			return true;
	}
	return false;
}

static bool has_pointers(const struct group *group, uint32_t id)
{
	return has_pointer_at(group, id, INT64_MIN, INT64_MAX);
}

/* Does one whose address stands in a piece hold addresses itself? */
static bool is_deep(const struct group *group, uint32_t id)
{
	const struct ref *refs;
	uint32_t n = side_refs(group->side, side_piece(group->side, id), &refs);

	for (uint32_t i = 0; i < n; i++)
		if (is_member(group, &refs[i]) && has_pointers(group, refs[i].piece))
			return true;
	return false;
}

static void follow(void *arg, uint64_t at, const struct ref *ref)
{
	const struct walk *walk = arg;
	const struct group *group = walk->group;
	const struct side *side = group->side;
	struct escape_target target = {.has_pointer_at = has_pointer_at, .arg = group};
	const struct escape_path *path;
	struct escape escape = {0};

	if (!is_member(group, ref) || walk->verdict->bar != CONSTANT_FREE)
		return;
	target.has_pointers = has_pointers(group, ref->piece);
	/* A doubt here only refuses. */
	target.size = 4;
	target.is_deep = is_deep(group, ref->piece);
	escape_follow(side, walk->from, side_piece(side, walk->from)->sec, at, ref, &target, &escape);
	path = escape.address.way != ESCAPE_NOT ? &escape.address : &escape.content;
	if (path->way != ESCAPE_NOT)
		*walk->verdict = (struct constant_verdict){
			.bar = CONSTANT_ADDRESS,
			.side = side,
			.path = *path,
			.holder = path == &escape.content ? side_piece(side, ref->piece)->name : NULL,
		};
}

/* Can the patched function take the place of the running one, if there is one? */
static bool can_be_patched(const struct side *orig, const struct side *patched, const struct corr *corr, uint32_t root)
{
	uint32_t o = corr->to_orig[root];

	return o == PIECE_NONE || side_piece(orig, o)->traced || untraced_is_copyable(orig, patched, corr, root);
}

/* Looks at one reference to a constant of the group. */
static bool judge_ref(struct group *group, uint32_t sec, const struct ref *ref, struct constant_verdict *verdict)
{
	const struct side *side = group->side;
	uint32_t from = pieces_find(side->pieces, sec, ref->offset);
	const struct piece *piece = from == PIECE_NONE ? NULL : side_piece(side, from);

	if (!piece)
		return bar(verdict, CONSTANT_REFERRED, side->obj->secs[sec].name);
	if (piece->kind == PIECE_DATA)
		return add(group, from) || bar(verdict, CONSTANT_REFERRED, piece->name);
	if (piece->class == SEC_INIT)
		return bar(verdict, CONSTANT_INIT, piece->name);
	if (piece->kind != PIECE_FUNC || piece->class != SEC_TEXT || ref->offset < piece->entry || ref->is_branch ||
	    ref->shift || side->obj->arch->reloc(ref->type)->is_got)
		return bar(verdict, CONSTANT_REFERRED, piece->name);
	group->readers++;
	return true;
}

static bool judge_refs(struct group *group, uint32_t id, struct constant_verdict *verdict)
{
	const struct refs *refs = group->side->refs;

	for (uint32_t sec = 1; sec < group->side->obj->nsecs; sec++)
		for (uint32_t i = 0; i < refs->count[sec]; i++)
			if (refs->of_sec[sec][i].piece == id && !judge_ref(group, sec, &refs->of_sec[sec][i], verdict))
				return false;
	return true;
}

/* Does any code of the piece refer to the group? */
static bool is_reader(const struct group *group, uint32_t id)
{
	const struct piece *piece = side_piece(group->side, id);
	const struct ref *refs;
	uint32_t n = piece->kind == PIECE_FUNC ? side_refs(group->side, piece, &refs) : 0;

	for (uint32_t i = 0; i < n; i++)
		if (is_member(group, &refs[i]))
			return true;
	return false;
}

/* Judges all that refers to the constants of a group, which grows by those that hold their addresses. */
static bool judge_group(struct group *group, struct constant_verdict *verdict)
{
	const struct side *side = group->side;

	for (uint32_t i = 0; i < group->pieces.n; i++)
		if (!judge_refs(group, group->pieces.v[i], verdict))
			return false;
	for (uint32_t id = 0; id < side->pieces->n; id++) {
		const struct piece *piece = side_piece(side, id);
		struct walk walk = {group, id, verdict};

		if (is_reader(group, id))
			escape_visit_code(side, piece->sec, piece->entry, piece->region_end, follow, &walk);
	}
	return verdict->bar == CONSTANT_FREE;
}

static bool judge_readers(const struct side *orig, const struct group *group, const struct corr *corr,
			  struct constant_verdict *verdict)
{
	const struct side *patched = group->side;

	for (uint32_t id = 0; id < patched->pieces->n; id++) {
		uint32_t root = side_piece(patched, id)->root;

		if (is_reader(group, id) && !can_be_patched(orig, patched, corr, root))
			return bar(verdict, CONSTANT_UNTRACED, side_piece(patched, root)->name);
	}
	return true;
}

/* A partner that is sure, and known to nobody either? */
static bool add_partner(struct group *before, const struct corr *corr, uint32_t p)
{
	return corr->to_orig[p] == PIECE_NONE || (corr->rule[p] != CORR_AMBIGUOUS && add(before, corr->to_orig[p]));
}

static struct group group_new(struct arena *arena, const struct side *side)
{
	return (struct group){.side = side, .has = arena_array(arena, bool, side->pieces->n)};
}

/* Judges a constant and all that falls with it: the group `now`. */
static void judge(const struct side *orig, const struct corr *corr, uint32_t p, struct group *now, struct group *before,
		  struct constant_verdict *verdict)
{
	if (!add(now, p)) {
		bar(verdict, CONSTANT_NO, NULL);
		return;
	}
	if (!judge_group(now, verdict))
		return;
	if (!now->readers) {
		bar(verdict, CONSTANT_UNREAD, NULL);
		return;
	}
	for (uint32_t i = 0; i < now->pieces.n; i++)
		if (!add_partner(before, corr, now->pieces.v[i])) {
			bar(verdict, CONSTANT_NO, NULL);
			return;
		}
	if (judge_group(before, verdict))
		judge_readers(orig, now, corr, verdict);
}

struct constant_verdict constants_judge(const struct side *orig, const struct side *patched, const struct corr *corr,
					uint32_t p)
{
	struct arena *arena = arena_new();
	struct group now = group_new(arena, patched), before = group_new(arena, orig);
	struct constant_verdict verdict = {0};

	judge(orig, corr, p, &now, &before, &verdict);
	vec_free(&now.pieces);
	vec_free(&before.pieces);
	arena_free(arena);
	return verdict;
}

bool constants_is_private(const struct side *orig, uint32_t o)
{
	struct arena *arena = arena_new();
	struct group group = group_new(arena, orig);
	struct constant_verdict verdict = {0};
	bool is_private = add(&group, o) && judge_group(&group, &verdict);

	vec_free(&group.pieces);
	arena_free(arena);
	return is_private;
}

static void change_reader(const struct group *group, uint32_t id, struct change_info *info)
{
	const struct piece *piece = side_piece(group->side, id);
	const struct ref *refs;
	uint32_t n = side_refs(group->side, piece, &refs);

	for (uint32_t i = 0; i < n; i++) {
		if (!is_member(group, &refs[i]) || info[piece->root].change != CHANGE_SAME)
			continue;
		/* Of a .cold part the place in the function is not known. */
		change_make(&info[piece->root], DIFF_CONSTANT,
			    (piece->root == id ? refs[i].offset : piece->entry) - piece->start);
		info[piece->root].by = refs[i].piece;
	}
}

static void copy_group(const struct group *now, const struct corr *corr, struct change_info *info)
{
	for (uint32_t i = 0; i < now->pieces.n; i++) {
		uint32_t p = now->pieces.v[i];

		if (corr->to_orig[p] == PIECE_NONE)
			continue;
		info[p].copied = true;
		change_reader(now, p, info);
	}
	for (uint32_t id = 0; id < now->side->pieces->n; id++)
		if (is_reader(now, id))
			change_reader(now, id, info);
}

/* What differs is what stands there. Another section may mean something else than a place. */
static bool is_changed_content(const struct change_info *info)
{
	return info->change == CHANGE_CHANGED && (info->why == DIFF_SIZE || info->why == DIFF_BYTES ||
						  info->why == DIFF_TARGET || info->why == DIFF_ALIGNMENT);
}

void constants_copy(const struct side *orig, const struct side *patched, const struct corr *corr,
		    struct change_info *info)
{
	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		struct constant_verdict verdict = {0};
		struct group now, before;
		struct arena *arena;

		if (side_piece(patched, p)->kind != PIECE_DATA || !is_changed_content(&info[p]) || info[p].copied)
			continue;
		arena = arena_new();
		now = group_new(arena, patched);
		before = group_new(arena, orig);
		judge(orig, corr, p, &now, &before, &verdict);
		if (verdict.bar == CONSTANT_FREE)
			copy_group(&now, corr, info);
		vec_free(&now.pieces);
		vec_free(&before.pieces);
		arena_free(arena);
	}
}
