// SPDX-License-Identifier: GPL-2.0-only
/*
 * A livepatch changes functions one task at a time: while some tasks run the old code and others the new one, both have
 * to agree on who holds which lock. That is for the author to judge; here is told where it has to be judged: in each
 * changed function the calls that take and release locks are counted on both sides, by function and, where the code
 * says so, by lock. Inlined code counts for the function that it is in, and so does a function that only one side has:
 * GCC may have inlined it on the other. And how many locks are held on the ways out: a `return` that is new between
 * lock and unlock makes no call.
 */
#include "diff/locks.h"

#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "diff/describe.h"
#include "kernel/callees.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

/* Functions in functions that are followed; one may call itself. */
#define MAX_DEPTH 4

/* The calls of one kind: "mutex_lock(&clocks)". */
struct lock_calls {
	const char *what;
	unsigned int orig, patched;
};

struct walk {
	const struct diff *diff;
	struct arena *arena;
	VEC(struct lock_calls) calls;
};

static const char *callee_of(const struct side *side, const struct ref *ref)
{
	return ref->piece == PIECE_NONE ? side->obj->syms[ref->sym].name : side_piece(side, ref->piece)->name;
}

static const struct ref *branch_ref(const struct side *side, uint32_t sec, const struct arch_insn *insn)
{
	const struct ref *refs;
	uint32_t n = refs_in_range(side->refs, sec, insn->offset, insn->offset + insn->length, &refs);

	for (uint32_t i = 0; i < n; i++)
		if (refs[i].is_branch)
			return &refs[i];
	return NULL;
}

static void count(struct walk *walk, bool is_orig, const char *what)
{
	uint32_t i = 0;

	while (i < walk->calls.n && strcmp(walk->calls.v[i].what, what))
		i++;
	if (i == walk->calls.n)
		vec_push(&walk->calls)->what = what;
	walk->calls.v[i].orig += is_orig;
	walk->calls.v[i].patched += !is_orig;
}

/* Does the instruction put an address into the register of the first argument? Returns the reference, or NULL. */
static const struct ref *loaded_argument(const struct side *side, const struct piece *piece,
					 const struct arch_insn *insn)
{
	const struct elf_sec *text = side_section(side, piece);
	const struct ref *ref;
	struct arch_load load;

	return side->obj->arch->decode_load(text->data, text->size, insn->offset, &load) && load.argument == 1 &&
			       refs_in_range(side->refs, piece->sec, insn->offset, insn->offset + insn->length, &ref)
		       ? ref
		       : NULL;
}

static void count_call(struct walk *walk, const struct side *side, bool is_orig, uint32_t id, const struct ref *call,
		       const struct ref *lock)
{
	const char *callee = callee_of(side, call);
	char name[128] = "";

	if (callee_lock(callee) == CALLEE_NO_LOCK)
		return;
	if (lock)
		describe_ref(side, id, lock, name, sizeof(name));
	count(walk, is_orig, arena_printf(walk->arena, "%s(%s)", callee, name));
}

static void walk_function(struct walk *walk, const struct side *side, bool is_orig, uint32_t id, unsigned int depth);

/* Does a call or jump lead to the start of a function that the other side does not have? */
static bool is_to_unpaired(const struct walk *walk, const struct side *side, bool is_orig, const struct ref *call)
{
	const struct corr *corr = walk->diff->corr;

	return call->piece != PIECE_NONE && !call->target && side_piece(side, call->piece)->kind == PIECE_FUNC &&
	       side_piece(side, call->piece)->root == call->piece &&
	       (is_orig ? corr->to_patched : corr->to_orig)[call->piece] == PIECE_NONE;
}

static void walk_piece(struct walk *walk, const struct side *side, bool is_orig, uint32_t id, unsigned int depth)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *text = side_section(side, piece);
	const struct arch_ops *arch = side->obj->arch;
	const struct ref *lock = NULL; /* what the register of the first argument has */
	struct arch_insn insn;

	for (uint64_t at = piece->entry; at < piece->end; at += insn.length) {
		const struct ref *loaded, *call;
		bool is_insn = arch_step(arch, text->data, text->size, at, &insn);

		call = insn.is_branch ? branch_ref(side, piece->sec, &insn) : NULL;
		if (call)
			count_call(walk, side, is_orig, id, call, lock);
		if (call && depth < MAX_DEPTH && is_to_unpaired(walk, side, is_orig, call))
			walk_function(walk, side, is_orig, call->piece, depth + 1);
		loaded = loaded_argument(side, piece, &insn);
		if (loaded)
			lock = loaded;
		else if (!is_insn || insn.is_call || insn.is_jump_always ||
			 (!insn.is_branch && arch->uses_argument(text->data, text->size, at, 1)))
			lock = NULL;
	}
}

static void walk_function(struct walk *walk, const struct side *side, bool is_orig, uint32_t id, unsigned int depth)
{
	walk_piece(walk, side, is_orig, id, depth);
	if (side_piece(side, id)->part != PIECE_NONE)
		walk_piece(walk, side, is_orig, side_piece(side, id)->part, depth);
}

/* "mutex_lock(a) 1 instead of 0, ..."; NULL: nothing differs */
static const char *differing_calls(const struct walk *walk)
{
	const char *text = NULL;

	for (uint32_t i = 0; i < walk->calls.n; i++) {
		const struct lock_calls *calls = &walk->calls.v[i];

		if (calls->orig != calls->patched)
			text = arena_printf(walk->arena, "%s%s%s %u instead of %u", text ? text : "", text ? ", " : "",
					    calls->what, calls->patched, calls->orig);
	}
	return text;
}

/* ---- ways out ---- */

/* Sets of numbers of locks that are held more than at the entry: bit HELD_NONE stands for none. */
#define HELD_NONE 16
#define HELD_ALL  UINT32_MAX /* not known */

struct ways {
	const struct side *side;
	uint32_t root;
	uint32_t *held;    /* by offset from the entry, what may be held there */
	uint32_t *of_part; /* the same of the .cold part */
	uint32_t at_exit;
	VEC(struct place {
		uint32_t piece;
		uint64_t at;
	})
	queue;
};

static uint32_t *held_at(const struct ways *ways, uint32_t id, uint64_t at)
{
	return (id == ways->root ? ways->held : ways->of_part) + (at - side_piece(ways->side, id)->entry);
}

static void reach(struct ways *ways, uint32_t id, uint64_t at, uint32_t held)
{
	const struct piece *piece = side_piece(ways->side, id);
	uint32_t *known;

	/* Behind a call that does not return. */
	if (at < piece->entry || at >= piece->end)
		return;
	known = held_at(ways, id, at);
	if ((*known | held) == *known)
		return;
	*known |= held;
	vec_add(&ways->queue, ((struct place){id, at}));
}

/* What a call of a function makes of the locks that are held. */
static uint32_t after_call(const char *callee, uint32_t held)
{
	switch (callee_lock(callee)) {
	case CALLEE_TAKES_LOCK:
		return held << 1;
	case CALLEE_TRIES_LOCK:
		return held | held << 1;
	case CALLEE_RELEASES_LOCK:
		return held >> 1;
	default:
		return held;
	}
}

/* A jump or call to what ref means, or (NULL) within the piece. */
static void follow_branch(struct ways *ways, uint32_t id, const struct arch_insn *insn, const struct ref *ref,
			  uint32_t held)
{
	const struct side *side = ways->side;

	if (!ref)
		reach(ways, id, insn->target, held);
	else if (ref->piece != PIECE_NONE && side_piece(side, ref->piece)->root == ways->root &&
		 (ref->target || ref->piece != ways->root))
		reach(ways, ref->piece, side_piece(side, ref->piece)->entry + (uint64_t)ref->target, held);
	else
		ways->at_exit |= after_call(callee_of(side, ref), held);
}

static void step(struct ways *ways, struct place place)
{
	const struct side *side = ways->side;
	const struct piece *piece = side_piece(side, place.piece);
	const struct elf_sec *text = side_section(side, piece);
	uint32_t held = *held_at(ways, place.piece, place.at);
	const struct ref *ref;
	struct arch_insn insn;
	struct arch_flow flow;

	if (!arch_step(side->obj->arch, text->data, text->size, place.at, &insn)) {
		reach(ways, place.piece, place.at + insn.length, held);
		return;
	}
	ref = branch_ref(side, piece->sec, &insn);
	if (insn.is_call) {
		reach(ways, place.piece, place.at + insn.length, ref ? after_call(callee_of(side, ref), held) : held);
		return;
	}
	if (side->obj->arch->decode_flow(text->data, text->size, place.at, &flow) && flow.is_return) {
		ways->at_exit |= held;
		return;
	}
	if (insn.is_branch)
		follow_branch(ways, place.piece, &insn, ref, held);
	else if (insn.is_jump_always) /* by a register: it may go on anywhere */
		ways->at_exit = HELD_ALL;
	if (!insn.is_jump_always)
		reach(ways, place.piece, place.at + insn.length, held);
}

static uint64_t code_size(const struct side *side, uint32_t id)
{
	return id == PIECE_NONE ? 0 : side_piece(side, id)->end - side_piece(side, id)->entry;
}

/* The set of numbers of locks that are held at the ways out of a function; HELD_ALL: not known. */
static uint32_t held_at_exit(struct arena *arena, const struct side *side, uint32_t id)
{
	uint32_t part = side_piece(side, id)->part;
	struct ways ways = {
		.side = side,
		.root = id,
		.held = arena_array(arena, uint32_t, code_size(side, id) + 1),
		.of_part = arena_array(arena, uint32_t, code_size(side, part) + 1),
	};

	reach(&ways, id, side_piece(side, id)->entry, 1u << HELD_NONE);
	while (ways.queue.n && ways.at_exit != HELD_ALL)
		step(&ways, ways.queue.v[--ways.queue.n]);
	vec_free(&ways.queue);
	return ways.at_exit;
}

/* "0 or 1" */
static const char *numbers_text(struct arena *arena, uint32_t held)
{
	const char *text = "";

	for (int i = 0; i < 32; i++)
		if (held & (1u << i))
			text = arena_printf(arena, "%s%s%d", text, *text ? " or " : "", i - HELD_NONE);
	return text;
}

/* NULL: it leaves as before, or that is not known */
static const char *differing_exits(const struct diff *diff, uint32_t p, struct arena *arena)
{
	uint32_t orig = held_at_exit(arena, &diff->orig, diff->corr->to_orig[p]);
	uint32_t patched = held_at_exit(arena, &diff->patched, p);

	/* In a loop that takes one more each time round the set has no end. */
	if (orig == patched || !orig || !patched || ((orig | patched) & (1u | 1u << 31)))
		return NULL;
	return arena_printf(arena, "returns with %s more locks held than at its entry, instead of %s",
			    numbers_text(arena, patched), numbers_text(arena, orig));
}

static void note_function(const struct diff *diff, uint32_t p, struct diag *diag)
{
	struct walk walk = {.diff = diff, .arena = arena_new()};
	const char *calls, *exits;

	walk_function(&walk, &diff->orig, true, diff->corr->to_orig[p], 0);
	walk_function(&walk, &diff->patched, false, p, 0);
	calls = differing_calls(&walk);
	exits = walk.calls.n ? differing_exits(diff, p, walk.arena) : NULL;
	if (calls || exits)
		diag_report(diag, DIAG_NOTE, RULE_LOCKS_CHANGED, diff->patched.obj->path,
			    side_piece(&diff->patched, p)->name, "%s%s%s; old and new code run at the same time",
			    calls ? "takes or releases locks differently, judging by its calls: " : "",
			    calls ? calls : exits, calls && exits ? arena_printf(walk.arena, "; %s", exits) : "");
	vec_free(&walk.calls);
	arena_free(walk.arena);
}

void locks_note(const struct diff *diff, struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		if (piece->kind == PIECE_FUNC && piece->root == p && is_included(diff, p) &&
		    diff->corr->to_orig[p] != PIECE_NONE && diff->changes->v[p].change == CHANGE_CHANGED)
			note_function(diff, p, diag);
	}
}
