// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instruction puts an address into a register. From there on every path of the function is followed, with the set of
 * registers that may hold the address, or one that is computed from it, until no register does. Two sets are kept:
 * registers with the address itself, and registers with what was read from memory by it, if addresses stand there (a
 * `struct work_struct` with its function).
 *
 * An address is out of sight when it is written to memory, whatever memory, when the function returns it, and when it
 * is an argument of a call, unless the callee is known to forget it (kernel/callees.c) or is code of the same object,
 * which is followed in turn. How many arguments a callee has is not known: a register that could be one is one. What
 * can't be decided counts as out of sight.
 */
#include "diff/escape.h"

#include <string.h>

#include "arch/arch.h"
#include "elf/debug.h"
#include "kernel/callees.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/vec.h"

#define MAX_DEPTH 6
#define MAX_STEPS 20000

#define POINTER_SIZE sizeof(uint64_t)

/* The registers that hold an address, each a bit. */
struct taint {
	uint32_t address, content;
};

/* Before the instruction at `at`. */
struct state {
	uint32_t sec;
	uint64_t at;
	struct taint taint;
};

/* What is the same all the way. */
struct trail {
	const struct side *side;
	const struct escape_target *target;
	struct escape *escape;
	uint32_t steps;
};

/* One function that is followed. */
struct walk {
	struct trail *trail;
	const struct elf_obj *obj;
	uint32_t root; /* piece of the function */
	unsigned int depth;
	VEC(struct state) states;
	VEC(uint32_t) queue; /* indexes of states */
	struct taint returned;
	uint32_t result; /* registers of what it returns */
	bool has_result; /* .result is known */
};

static bool is_clean(struct taint taint)
{
	return !taint.address && !taint.content;
}

static struct taint only(struct taint taint, uint32_t registers)
{
	return (struct taint){taint.address & registers, taint.content & registers};
}

static struct taint both(struct taint a, struct taint b)
{
	return (struct taint){a.address | b.address, a.content | b.content};
}

/* For each kind that is tainted: the same registers. */
static struct taint spread(struct taint taint, uint32_t registers)
{
	return (struct taint){taint.address ? registers : 0, taint.content ? registers : 0};
}

static void keep_path(struct escape_path *path, enum escape_way way, const char *callee, uint32_t piece)
{
	if (path->way == ESCAPE_NOT)
		*path = (struct escape_path){way, callee, piece};
}

static void keep(struct walk *walk, struct taint taint, enum escape_way way, const char *callee)
{
	if (taint.address)
		keep_path(&walk->trail->escape->address, way, callee, walk->root);
	if (taint.content)
		keep_path(&walk->trail->escape->content, way, callee, walk->root);
}

static void reach(struct walk *walk, uint32_t sec, uint64_t at, struct taint taint)
{
	struct taint known;

	if (is_clean(taint))
		return;
	for (uint32_t i = 0; i < walk->states.n; i++) {
		struct state *state = &walk->states.v[i];

		if (state->sec != sec || state->at != at)
			continue;
		known = both(state->taint, taint);
		if (known.address != state->taint.address || known.content != state->taint.content) {
			state->taint = known;
			vec_add(&walk->queue, i);
		}
		return;
	}
	vec_add(&walk->states, ((struct state){sec, at, taint}));
	vec_add(&walk->queue, walk->states.n - 1);
}

static uint32_t all_arguments(const struct elf_obj *obj)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(obj->arch->calls.arguments) / sizeof(obj->arch->calls.arguments[0]); i++)
		bits |= obj->arch->calls.arguments[i];
	return bits;
}

/* The registers of a set of arguments. */
static uint32_t argument_registers(const struct elf_obj *obj, uint32_t set)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(obj->arch->calls.arguments) / sizeof(obj->arch->calls.arguments[0]); i++)
		if (set & (1u << i))
			bits |= obj->arch->calls.arguments[i];
	return bits;
}

static const struct side *side_of(const struct walk *walk)
{
	return walk->trail->side;
}

/* A label inside of the function that is followed? */
static bool is_own(const struct walk *walk, const struct ref *ref)
{
	return ref->piece != PIECE_NONE && side_piece(side_of(walk), ref->piece)->root == walk->root;
}

static void reach_ref(struct walk *walk, const struct ref *ref, struct taint taint)
{
	const struct piece *piece = side_piece(side_of(walk), ref->piece);

	reach(walk, piece->sec, piece->entry + (uint64_t)ref->target, taint);
}

static void reach_labels(struct walk *walk, uint32_t sec, uint64_t start, uint64_t end, struct taint taint)
{
	const struct ref *refs;
	uint32_t n = refs_in_range(side_of(walk)->refs, sec, start, end, &refs);

	for (uint32_t i = 0; i < n; i++)
		if (is_own(walk, &refs[i]))
			reach_ref(walk, &refs[i], taint);
}

/* Where a jump label, a fault or a replaced instruction leads to. */
static void follow_entries(struct walk *walk, const struct state *state)
{
	const struct entries *entries = side_of(walk)->entries;
	uint32_t piece = pieces_find(side_of(walk)->pieces, state->sec, state->at);

	for (uint32_t i = 0; piece != PIECE_NONE && i < entries->count[piece]; i++) {
		const struct entry *entry = side_entry(side_of(walk), piece, i);
		struct replacement by;

		if (entry->site_sec != state->sec || entry->site != state->at)
			continue;
		reach_labels(walk, entry->sec, entry->offset + 1, entry->offset + entry->present, state->taint);
		if (side_replacement(side_of(walk), entry, &by))
			reach_labels(walk, by.sec, by.start, by.end, state->taint);
	}
}

static struct taint follow_function(struct trail *trail, uint32_t root, unsigned int depth, uint32_t sec, uint64_t at,
				    struct taint taint);

/* Code of this object that runs for sure if the name is called. */
static bool has_body(const struct walk *walk, const struct ref *ref)
{
	const struct elf_obj *obj = walk->obj;

	return ref && ref->piece != PIECE_NONE && side_piece(side_of(walk), ref->piece)->kind == PIECE_FUNC &&
	       side_piece(side_of(walk), ref->piece)->class == SEC_TEXT && obj->syms[ref->sym].bind != STB_WEAK;
}

/* Whose name a call has: of a place in a section, that of what stands there. */
static const struct elf_sym *called_symbol(const struct walk *walk, const struct ref *ref)
{
	const struct elf_sym *sym = &walk->obj->syms[ref->sym];

	return elf_sym_is_section(sym) && ref->piece != PIECE_NONE
		       ? &walk->obj->syms[side_piece(side_of(walk), ref->piece)->sym]
		       : sym;
}

/* A call or a jump to another function. ref is NULL if it is called by its address. Returns what holds afterwards. */
static struct taint follow_call(struct walk *walk, const struct ref *ref, struct taint taint)
{
	uint32_t arguments = all_arguments(walk->obj), result = walk->obj->arch->calls.result;
	const struct elf_sym *sym = ref ? called_symbol(walk, ref) : NULL;
	const char *name = sym ? sym->name : NULL;
	/* A static function may have the name of another one. */
	const struct callee *callee = sym && !elf_sym_is_local(sym) ? callee_find(name) : NULL;
	struct taint given = only(taint, arguments), back = {0};

	/* The thunk gets what is called in a register, and the value of that is what was called, no result. */
	if (!name || walk->obj->arch->is_indirect_thunk(name)) {
		keep(walk, given, ESCAPE_INDIRECT, NULL);
		return only(taint, ~(arguments | result));
	}
	if (callee && callee->is_transparent)
		return taint;
	if (callee) {
		struct taint copied = only(taint, argument_registers(walk->obj, callee->copies));

		keep(walk, only(taint, arguments & ~argument_registers(walk->obj, callee->forgets)), ESCAPE_CALL, name);
		if (walk->trail->target->has_pointers)
			keep(walk, (struct taint){.content = copied.address | copied.content}, ESCAPE_CALL, name);
		back = spread(only(taint, argument_registers(walk->obj, callee->returns)), result);
		return both(only(taint, ~(arguments | result)), back);
	}
	if (is_clean(given))
		return only(taint, ~(arguments | result));
	if (!has_body(walk, ref) || walk->depth == MAX_DEPTH) {
		keep(walk, given, ESCAPE_CALL, name);
		return only(taint, ~(arguments | result));
	}
	back = follow_function(walk->trail, ref->piece, walk->depth + 1, side_piece(side_of(walk), ref->piece)->sec,
			       side_piece(side_of(walk), ref->piece)->entry + (uint64_t)ref->target, given);
	return both(only(taint, ~(arguments | result)), back);
}

/*
 * Where the result of the function is. The second register of a result may hold what is left from other work when a
 * function returns, unless the result needs two; where nobody knows how large it is, that counts as a part of it.
 */
static uint32_t find_result(const struct walk *walk)
{
	const struct arch_calls *calls = &walk->obj->arch->calls;
	const struct piece *root = side_piece(side_of(walk), walk->root);
	const struct debug_info *debug = debug_of(walk->obj);
	uint64_t size;

	if (!debug || !debug_find_result_size(debug, root->sec, root->entry, &size))
		return calls->result | calls->second_result;
	return size > POINTER_SIZE ? calls->result | calls->second_result : size ? calls->result : 0;
}

static void add_returned(struct walk *walk, struct taint taint)
{
	const struct arch_calls *calls = &walk->obj->arch->calls;

	taint = only(taint, calls->result | calls->second_result);
	if (is_clean(taint))
		return;
	/* A function returns at many places. */
	if (!walk->has_result) {
		walk->has_result = true;
		walk->result = find_result(walk);
	}
	walk->returned = both(walk->returned, only(taint, walk->result));
}

static const struct ref *find_branch(const struct walk *walk, uint32_t sec, const struct arch_insn *insn)
{
	const struct ref *refs;
	uint32_t n = refs_in_range(side_of(walk)->refs, sec, insn->offset, insn->offset + insn->length, &refs);

	for (uint32_t i = 0; i < n; i++)
		if (refs[i].is_branch)
			return &refs[i];
	return NULL;
}

static bool is_special_text(const struct walk *walk, const struct ref *ref)
{
	return ref->piece != PIECE_NONE && side_piece(side_of(walk), ref->piece)->class == SEC_SPECIAL_TEXT;
}

static void follow_jump(struct walk *walk, const struct state *state, const struct arch_insn *insn)
{
	const struct ref *ref = find_branch(walk, state->sec, insn);

	if (!ref)
		reach(walk, state->sec, insn->target, state->taint);
	else if (is_special_text(walk, ref) || (is_own(walk, ref) && ref->target))
		reach_ref(walk, ref, state->taint);
	else if (ref->piece == PIECE_NONE && walk->obj->arch->is_return_thunk(walk->obj->syms[ref->sym].name))
		add_returned(walk, state->taint);
	else if (is_own(walk, ref) && side_piece(side_of(walk), ref->piece)->root != ref->piece)
		reach_ref(walk, ref, state->taint);
	else
		add_returned(walk, follow_call(walk, ref, state->taint));
	if (!insn->is_jump_always)
		reach(walk, state->sec, state->at + insn->length, state->taint);
}

static struct taint apply_flow(struct walk *walk, const struct arch_flow *flow, struct taint taint)
{
	struct taint used = only(taint, flow->reads), at = only(taint, flow->addresses);

	/* Half an address is none. */
	if (flow->reads_memory && flow->memory_size >= walk->trail->target->size &&
	    ((at.content && walk->trail->target->is_deep) || (at.address && walk->trail->target->has_pointers)))
		used.content |= flow->addresses;
	if (!flow->is_plain)
		keep(walk, used, ESCAPE_UNKNOWN, NULL);
	if (flow->writes_memory)
		keep(walk, used, ESCAPE_STORED, NULL);
	return both(only(taint, ~flow->replaces), spread(used, flow->writes));
}

static void step(struct walk *walk, struct state state)
{
	const struct elf_sec *text = &walk->obj->secs[state.sec];
	uint32_t piece = pieces_find(side_of(walk)->pieces, state.sec, state.at);
	struct arch_insn insn;
	struct arch_flow flow;

	/* Behind a call that does not return, something else may stand. */
	if (state.at >= text->size || piece == PIECE_NONE ||
	    (side_piece(side_of(walk), piece)->class != SEC_SPECIAL_TEXT &&
	     side_piece(side_of(walk), piece)->root != walk->root))
		return;
	if (walk->trail->steps++ == MAX_STEPS || !walk->obj->arch->decode(text->data, text->size, state.at, &insn) ||
	    !walk->obj->arch->decode_flow(text->data, text->size, state.at, &flow)) {
		keep(walk, state.taint, ESCAPE_UNKNOWN, NULL);
		return;
	}
	follow_entries(walk, &state);
	if (insn.is_call)
		reach(walk, state.sec, state.at + insn.length,
		      follow_call(walk, insn.is_branch ? find_branch(walk, state.sec, &insn) : NULL, state.taint));
	else if (insn.is_branch)
		follow_jump(walk, &state, &insn);
	else if (flow.is_return)
		add_returned(walk, state.taint);
	/* By a register, or a table of labels. */
	else if (insn.is_jump_always)
		keep(walk, state.taint, ESCAPE_INDIRECT, NULL);
	else
		reach(walk, state.sec, state.at + insn.length, apply_flow(walk, &flow, state.taint));
}

/* Follows a function of this object from `at` on. Returns what it returns. */
static struct taint follow_function(struct trail *trail, uint32_t root, unsigned int depth, uint32_t sec, uint64_t at,
				    struct taint taint)
{
	struct walk walk = {
		.trail = trail,
		.obj = trail->side->obj,
		.root = side_piece(trail->side, root)->root,
		.depth = depth,
	};

	reach(&walk, sec, at, taint);
	/* What is known of the address is known of all that stands there. */
	while (walk.queue.n && trail->escape->address.way == ESCAPE_NOT && trail->steps <= MAX_STEPS)
		step(&walk, walk.states.v[walk.queue.v[--walk.queue.n]]);
	vec_free(&walk.states);
	vec_free(&walk.queue);
	return walk.returned;
}

/* What the instruction itself makes of the address, or of what stands there. */
static struct taint take(struct walk *walk, const struct ref *ref, const struct arch_insn *insn,
			 const struct arch_flow *flow)
{
	bool in_memory = insn->address_offset && ref->offset == insn->offset + insn->address_offset;
	struct taint taken = {0};

	/* An address of memory that is not touched (lea), or a number. */
	if (!in_memory || (!flow->reads_memory && !flow->writes_memory))
		taken.address = 1;
	else if (flow->reads_memory && !insn->is_call && !insn->is_jump_always && walk->trail->target->has_pointers &&
		 flow->memory_size >= walk->trail->target->size &&
		 walk->trail->target->has_pointer_at(walk->trail->target->arg, ref->piece,
						     insn->adds_register ? INT64_MIN : ref->target,
						     insn->adds_register ? INT64_MAX : ref->target + flow->memory_size))
		taken.content = 1;
	if (!flow->is_plain && !insn->is_call)
		keep(walk, taken, ESCAPE_UNKNOWN, NULL);
	if (flow->writes_memory && !insn->is_call)
		keep(walk, taken, ESCAPE_STORED, NULL);
	return spread(taken, flow->writes);
}

/*
 * Follows what an instruction took, from behind it on, to where it is out of sight; the caller of the function sees
 * what that returns.
 */
static void follow_all(struct walk *walk, uint32_t from, uint32_t sec, uint64_t at, struct taint taken)
{
	keep(walk, follow_function(walk->trail, from, 0, sec, at, taken), ESCAPE_RETURNED, NULL);
	if (walk->trail->steps > MAX_STEPS)
		keep(walk, (struct taint){.address = 1}, ESCAPE_UNKNOWN, NULL);
}

void escape_follow(const struct side *side, uint32_t from, uint32_t sec, uint64_t at, const struct ref *ref,
		   const struct escape_target *target, struct escape *escape)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	struct trail trail = {.side = side, .target = target, .escape = escape};
	struct walk walk = {.trail = &trail, .obj = side->obj, .root = side_piece(side, from)->root};
	struct taint taint = {.address = 1};
	struct arch_insn insn;
	struct arch_flow flow;

	if (!walk.obj->arch->decode(text->data, text->size, at, &insn) ||
	    !walk.obj->arch->decode_flow(text->data, text->size, at, &flow) || ref->source == REF_UNDECODED) {
		keep(&walk, taint, ESCAPE_UNKNOWN, NULL);
		return;
	}
	taint = take(&walk, ref, &insn, &flow);
	follow_all(&walk, from, sec, at + insn.length, taint);
}

static void follow_stack_of_part(const struct side *side, uint32_t part, struct escape *escape)
{
	const struct escape_target target = {0}; /* only the address itself is asked for */
	const struct piece *piece = side_piece(side, part);
	const struct elf_sec *text = side_section(side, piece);
	const struct arch_ops *arch = side->obj->arch;
	struct arch_insn insn;
	struct arch_flow flow;

	for (uint64_t at = piece->start; at < piece->region_end && escape->address.way == ESCAPE_NOT;
	     at += insn.length) {
		struct trail trail = {.side = side, .target = &target, .escape = escape};
		struct walk walk = {.trail = &trail, .obj = side->obj, .root = piece->root};
		struct taint taken = {0};

		if (!arch_step(arch, text->data, text->size, at, &insn))
			continue;
		/* Calls, pushes and pops move the pointer itself. */
		if (insn.is_call || !arch->decode_flow(text->data, text->size, at, &flow) ||
		    !(flow.reads & arch->calls.stack))
			continue;
		taken.address = flow.writes & ~arch->calls.stack;
		if (flow.writes_memory && !(flow.writes & arch->calls.stack))
			keep(&walk, (struct taint){.address = 1}, ESCAPE_STORED, NULL);
		follow_all(&walk, part, piece->sec, at + insn.length, taken);
	}
}

void escape_follow_stack(const struct side *side, uint32_t function, struct escape *escape)
{
	uint32_t parts[] = {function, side_piece(side, function)->part};

	for (int i = 0; i < 2 && parts[i] != PIECE_NONE; i++)
		follow_stack_of_part(side, parts[i], escape);
}

void escape_visit_code(const struct side *side, uint32_t sec, uint64_t start, uint64_t end, escape_visit *visit,
		       void *arg)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	struct arch_insn insn;

	for (uint64_t at = start; at < end; at += insn.length) {
		const struct ref *refs;
		uint32_t n;

		/* What can't be decoded is passed by as object/refs.c does, which knows its fields to be undecoded. */
		arch_step(side->obj->arch, text->data, text->size, at, &insn);
		n = refs_in_range(side->refs, sec, at, at + insn.length, &refs);
		for (uint32_t i = 0; i < n; i++)
			visit(arg, at, &refs[i]);
	}
}

const char *escape_path_text(struct arena *arena, const struct side *side, const struct escape_path *path,
			     const char *before)
{
	const char *by = side_piece(side, path->piece)->name;

	switch (path->way) {
	case ESCAPE_CALL:
		return arena_printf(arena, "%s() %spasses to %s()", by, before, path->callee);
	case ESCAPE_INDIRECT:
		return arena_printf(arena, "%s() %spasses to a function that it calls through a pointer", by, before);
	case ESCAPE_STORED:
		return arena_printf(arena, "%s() %sstores in memory", by, before);
	case ESCAPE_RETURNED:
		return arena_printf(arena, "%s() %sreturns", by, before);
	case ESCAPE_SHARED:
		return "other objects of the patch may use";
	default:
		return arena_printf(arena, "%s() %suses in code that can't be followed", by, before);
	}
}
