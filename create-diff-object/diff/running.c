// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel gives a task the new functions when none of the old ones is on its stack (kernel/livepatch/transition.c,
 * klp_try_switch_task()). A thread whose main loop changed never gets there: oom_reaper() has no end, and a thread
 * function that waits for kthread_should_stop() ends with its module. Nor does a thread get there that sleeps in
 * schedule() whenever it is looked at. As long as one task is left the transition is not finished, and no other
 * livepatch can be loaded.
 *
 * A function that is gone from the patched object is not patched at all. Who was given its address (a queued work) goes
 * on with it.
 */
#include "diff/running.h"

#include "arch/arch.h"
#include "diff/escape.h"
#include "kernel/callees.h"
#include "kernel/names.h"
#include "util/diag.h"

/* Is it the address of the function, and not where a call or jump goes? */
static bool is_address(const struct ref *ref, uint32_t p)
{
	return ref->piece == p && !ref->is_branch && !ref->target;
}

/* Code and data, not what tells the kernel of functions (`__mcount_loc`). */
static bool holds_addresses(const struct elf_sec *sec)
{
	enum sec_class class = sec_classify(sec);

	return class == SEC_TEXT || class == SEC_DATA || class == SEC_INIT;
}

bool running_is_address_taken(const struct side *side, uint32_t p)
{
	for (uint32_t sec = 1; sec < side->obj->nsecs; sec++)
		for (uint32_t i = 0; holds_addresses(&side->obj->secs[sec]) && i < side->refs->count[sec]; i++)
			if (is_address(&side->refs->of_sec[sec][i], p))
				return true;
	return false;
}

/* do_exit() never returns; but nobody stays in it. */
static bool ends_task(const struct side *side, const struct ref *ref)
{
	return ref->is_branch && callee_ends_task(side->obj->syms[ref->sym].name);
}

/* Is the jump or return at `at` a way out of the function? Or the call of what does not come back, with the task? */
static bool is_way_out(const struct side *side, const struct piece *piece, const struct arch_insn *insn)
{
	const struct elf_sec *text = side_section(side, piece);
	const struct ref *refs;
	struct arch_flow flow;
	uint32_t n;

	if (side->obj->arch->decode_flow(text->data, text->size, insn->offset, &flow) && flow.is_return)
		return true;
	n = refs_in_range(side->refs, piece->sec, insn->offset, insn->offset + insn->length, &refs);
	for (uint32_t i = 0; i < n; i++)
		if (ends_task(side, &refs[i]))
			return true;
	if (insn->is_call)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (refs[i].is_branch &&
		    (refs[i].piece == PIECE_NONE || side_piece(side, refs[i].piece)->root != piece->root))
			return true;
	/* By a register: a switch, or a call at the end. */
	return insn->is_jump_always && !insn->is_branch;
}

static bool can_leave(const struct side *side, uint32_t p)
{
	uint32_t parts[] = {p, side_piece(side, p)->part};
	struct arch_insn insn;

	for (int i = 0; i < 2 && parts[i] != PIECE_NONE; i++) {
		const struct piece *piece = side_piece(side, parts[i]);
		const struct elf_sec *text = side_section(side, piece);

		for (uint64_t at = piece->entry; at < piece->end; at += insn.length)
			if (!side->obj->arch->decode(text->data, text->size, at, &insn) ||
			    is_way_out(side, piece, &insn))
				return true;
	}
	return false;
}

struct walk {
	const struct side *side;
	uint32_t from, function;
	const char *creator; /* what the address is given to, to run in a thread */
};

static void follow(void *arg, uint64_t at, const struct ref *ref)
{
	const struct escape_target target = {0};
	struct walk *walk = arg;
	struct escape escape = {0};

	if (!is_address(ref, walk->function) || walk->creator)
		return;
	escape_follow(walk->side, walk->from, side_piece(walk->side, walk->from)->sec, at, ref, &target, &escape);
	if (escape.address.way == ESCAPE_CALL && callee_starts_thread(escape.address.callee))
		walk->creator = escape.address.callee;
}

/* To decode code takes long, to look at its references does not. */
static bool refers_to(const struct side *side, uint32_t from, uint32_t p)
{
	const struct ref *refs;
	uint32_t n = side_refs(side, side_piece(side, from), &refs);

	for (uint32_t i = 0; i < n; i++)
		if (is_address(&refs[i], p))
			return true;
	return false;
}

static const char *find_creator(const struct side *side, uint32_t function)
{
	struct walk walk = {.side = side, .function = function};

	for (walk.from = 0; walk.from < side->pieces->n && !walk.creator; walk.from++) {
		const struct piece *piece = side_piece(side, walk.from);

		if (piece->kind == PIECE_FUNC && refers_to(side, walk.from, function))
			escape_visit_code(side, piece->sec, piece->entry, piece->region_end, follow, &walk);
	}
	return walk.creator;
}

static void warn_of_tasks(const struct diff *diff, uint32_t p, struct diag *diag)
{
	const struct side *orig = &diff->orig;
	const char *name = side_piece(&diff->patched, p)->name, *file = diff->patched.obj->path, *creator;
	uint32_t o = diff->corr->to_orig[p];

	if (!can_leave(orig, o) && !callee_ends_task(name)) {
		diag_warn(
			diag, RULE_TASK_STAYS, file, name,
			"never returns: a task inside it stays in the old version, and the transition can't complete");
		return;
	}
	if (callee_is_slept_in(name) && !elf_sym_is_local(&orig->obj->syms[side_piece(orig, o)->sym])) {
		diag_warn(
			diag, RULE_TASK_STAYS, file, name,
			"threads of the kernel sleep inside it, and each time they call it they get the old version again: the transition can't complete");
		return;
	}
	creator = running_is_address_taken(orig, o) ? find_creator(orig, o) : NULL;
	if (creator)
		diag_warn(
			diag, RULE_TASK_STAYS, file, name,
			"is the main function of a kernel thread, started by %s(): the thread stays in the old version, and the transition can't complete while it runs",
			creator);
}

void running_warn(const struct diff *diff, struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		if (piece->kind == PIECE_FUNC && piece->root == p && piece->class == SEC_TEXT && is_included(diff, p) &&
		    diff->changes->v[p].change == CHANGE_CHANGED && !diff->changes->v[p].copied)
			warn_of_tasks(diff, p, diag);
	}
	for (uint32_t o = 0; o < diff->orig.pieces->n; o++) {
		const struct piece *piece = side_piece(&diff->orig, o);

		if (piece->kind == PIECE_FUNC && piece->root == o && piece->class == SEC_TEXT &&
		    diff->corr->to_patched[o] == PIECE_NONE && running_is_address_taken(&diff->orig, o))
			diag_warn(
				diag, RULE_FUNCTION_REMOVED, diff->patched.obj->path, piece->name,
				"removed function whose address other code has: that code still calls the old function, unpatched");
	}
}
