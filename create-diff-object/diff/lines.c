// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a number is shown to be a line number and nothing else.
 *
 * In code: it is a constant that an instruction loads into the register of an argument. From there control runs
 * straight on, and no instruction touches that register, to a call of a function outside of this object whose argument
 * is known to be a line number (kernel/line-names.c). The call may then change the register as it likes, so the number
 * goes nowhere else:
 *
 *	mov    $0x0,%rdi          "fs/open.c"
 *	mov    $0x4d2,%esi        the line
 *	call   __might_sleep
 *
 * Or the argument before it, set in the same straight code and going to the same call, is the name of the source file:
 * that is __FILE__ and __LINE__, whatever the function is (RTNL: assertion failed at %s (%d)). As any number may stand
 * behind a file's name, debug information of both objects decides: it is then that line, or one that is equally far
 * behind it on both sides (a call that goes on for some lines has the number of its last). Without it the number is
 * guessed to be a line, and the guess is told.
 *
 * A function of this object is no such end: GCC may know which registers it leaves alone, and use the number again.
 *
 * Any other constant is none, not even the very line that its instruction was compiled from: use(7) in line 7 says
 * nothing of what it will be in line 5.
 *
 * With --exact nothing of all this is done: kpatch-build keeps __LINE__ as it was, so a number that differs is another
 * one.
 *
 * In texts: __FILE__ ":" __stringify(__LINE__) leaves "fs/open.c:1234". Only a number right behind the name of the
 * original source file counts, and of that the same holds: the instruction that refers to the text is compiled from
 * that line.
 */
#include "diff/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/debug.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/vec.h"

/* More instructions than this between a constant and its call are not followed. */
#define MAX_STEPS 32
/* Bytes on both sides of the load of a line number where the file name is looked for. */
#define MAX_NEAR  64
/* __LINE__ is no more lines than this behind the beginning of its statement. */
#define MAX_LINES 32
/* Calls inlined into each other at one place that are looked at. */
#define MAX_CALLS 8

static const char digits[] = "0123456789";

struct lines {
	const struct side *orig, *patched;
	const char *source; /* file name of the original source, without directories; NULL: not known (stripped) */
	bool exact;         /* no number is a line */
	struct debug_info *o_debug, *p_debug; /* NULL: none */
	VEC(struct line_guess) guesses;       /* of one owner after the other, each pair of numbers once */
	uint32_t owner, begin;                /* who is compared now, and the index of its first guess */
	struct arena *arena;
};

/* The name of the function outside of this object that the call or jump at insn goes to, or NULL. */
static const char *find_callee(const struct side *side, uint32_t sec, const struct arch_insn *insn)
{
	const struct ref *ref;
	uint64_t field = insn->offset + insn->field_offset;

	if (!refs_in_range(side->refs, sec, field, field + 1, &ref) || !ref->is_branch || ref->target)
		return NULL;
	return elf_sym_is_undefined(&side->obj->syms[ref->sym]) ? side->obj->syms[ref->sym].name : NULL;
}

/* Is it the whole name of the source file, or a path to it? Without its name, that of any C file. */
static bool is_source_name(const char *source, const char *text)
{
	size_t length = strlen(text), tail = source ? strlen(source) : strlen(".c");

	if (length < tail || strcmp(text + length - tail, source ? source : ".c"))
		return false;
	return !source || length == tail || text[length - tail - 1] == '/';
}

/* With KASAN a text is data with a red zone behind it; clang has a section for each: `.rodata..str.5`. */
static bool may_be_text(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return piece->class == SEC_STRINGS || (piece->class == SEC_DATA && piece->kind == PIECE_ANON &&
					       !(side_section(side, piece)->flags & SHF_WRITE));
}

/* Is the argument that the load at `at` sets the name of the source file? */
static bool loads_source_name(const char *source, const struct side *side, uint32_t sec, uint64_t at,
			      const struct arch_load *load)
{
	const struct elf_sec *strings;
	const struct ref *ref;
	uint64_t text;

	if (!refs_in_range(side->refs, sec, at + load->field_offset, at + load->field_offset + 1, &ref) ||
	    ref->piece == PIECE_NONE || !may_be_text(side, ref->piece))
		return false;
	strings = side_section(side, side_piece(side, ref->piece));
	text = side_piece(side, ref->piece)->entry + (uint64_t)ref->target;
	return strings->entsize <= 1 && strings->data && text < strings->size &&
	       memchr(strings->data + text, 0, strings->size - text) &&
	       is_source_name(source, (const char *)strings->data + text);
}

/* Does what the instruction at `at` loads go to nothing but one call? Returns the name of the function, else NULL. */
static const char *follow_load(const struct side *side, uint32_t sec, uint64_t at, const struct arch_load *load)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	const struct arch_ops *arch = side->obj->arch;
	struct arch_insn insn;

	if (!load->argument || !arch->decode(text->data, text->size, at, &insn))
		return NULL;
	for (unsigned int i = 0; i < MAX_STEPS; i++) {
		at += insn.length;
		if (!arch->decode(text->data, text->size, at, &insn))
			return NULL;
		if (insn.is_branch)
			return insn.is_call || insn.is_jump_always ? find_callee(side, sec, &insn) : NULL;
		if (insn.is_jump_always || insn.is_call ||
		    arch->uses_argument(text->data, text->size, at, load->argument))
			return NULL;
	}
	return NULL;
}

/* Is there only straight code from the first to the second of two instructions, in whatever order they are given? */
static bool is_straight_between(const struct side *side, uint32_t sec, uint64_t one, uint64_t other)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	uint64_t at = one < other ? one : other, end = one < other ? other : one;
	struct arch_insn insn;

	for (; at < end; at += insn.length)
		if (!side->obj->arch->decode(text->data, text->size, at, &insn) || insn.is_branch || insn.is_call ||
		    insn.is_jump_always)
			return false;
	return at == end;
}

/*
 * Is the argument before the load's one the name of the source file, at the call that both go to? The two may be loaded
 * in any order, next to each other or not: from each reference to a text near the load it is tried.
 */
static bool is_behind_source_name(const char *source, const struct side *side, uint32_t sec, uint64_t at,
				  const struct arch_load *load)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	uint64_t near = at < MAX_NEAR ? 0 : at - MAX_NEAR;
	const struct ref *refs;
	uint32_t n = refs_in_range(side->refs, sec, near, at + MAX_NEAR, &refs);

	for (uint32_t i = 0; i < n; i++)
		for (unsigned int before = 1; before <= 3 && before <= refs[i].offset; before++) {
			uint64_t start = refs[i].offset - before;
			struct arch_load name;

			if (side->obj->arch->decode_load(text->data, text->size, start, &name) &&
			    name.field_offset == before && name.argument + 1 == load->argument &&
			    loads_source_name(source, side, sec, start, &name) &&
			    is_straight_between(side, sec, start, at) && follow_load(side, sec, start, &name))
				return true;
		}
	return false;
}

/* How what the instruction at `at` loads only goes to a call, as its caller's line number. */
enum line_argument {
	NO_LINE,
	BEHIND_NAME, /* what is before it is the name of the file */
	OF_FUNCTION, /* the function is known to take a line there */
};

static enum line_argument classify_argument(const char *source, const struct side *side, uint32_t sec, uint64_t at,
					    const struct arch_load *load)
{
	const char *callee = follow_load(side, sec, at, load);

	if (!callee)
		return NO_LINE;
	if (line_argument_of_function(callee) == load->argument)
		return OF_FUNCTION;
	return is_behind_source_name(source, side, sec, at, load) ? BEHIND_NAME : NO_LINE;
}

/* Moves cursor to the instructions that have the bytes at o_at and p_at; false if they are not at the same place. */
static bool find_instruction(const struct lines *lines, struct line_cursor *cursor, uint64_t o_at, uint64_t p_at)
{
	const struct elf_sec *text = &lines->orig->obj->secs[cursor->o_sec];
	struct arch_insn insn;

	while (!cursor->lost) {
		cursor->lost = !lines->orig->obj->arch->decode(text->data, text->size, cursor->o_at, &insn);
		if (cursor->lost || o_at < cursor->o_at + insn.length)
			break;
		cursor->o_at += insn.length;
		cursor->p_at += insn.length;
	}
	return !cursor->lost && o_at - cursor->o_at == p_at - cursor->p_at;
}

/*
 * The line that the instruction at `at` is compiled from, and those of the calls that were inlined there. Returns how
 * many.
 */
static uint32_t find_own_lines(const struct debug_info *debug, uint32_t sec, uint64_t at, int own[MAX_CALLS + 1])
{
	struct debug_inlined inlined[MAX_CALLS];
	struct debug_line line;
	uint32_t n;

	own[0] = debug_find_line(debug, sec, at, &line) ? line.number : 0;
	n = debug_find_inlined(debug, sec, at, inlined, MAX_CALLS);
	for (uint32_t i = 0; i < n; i++)
		own[i + 1] = inlined[i].call_line;
	return n + 1;
}

static void open_debug(struct lines *lines)
{
	lines->o_debug = debug_of(lines->orig->obj);
	lines->p_debug = debug_of(lines->patched->obj);
}

/* Can debug information decide? */
static bool has_debug(struct lines *lines)
{
	open_debug(lines);
	return lines->o_debug && lines->p_debug;
}

static void add_guess(struct lines *lines, int64_t orig, int64_t patched)
{
	for (uint32_t i = lines->begin; i < lines->guesses.n; i++)
		if (lines->guesses.v[i].orig == orig && lines->guesses.v[i].patched == patched)
			return;
	vec_add(&lines->guesses, ((struct line_guess){lines->owner, orig, patched}));
}

/*
 * Does debug information say that two numbers are lines, of the instructions at site, or equally far behind in a long
 * call?
 */
static bool are_own_lines(const struct lines *lines, const struct line_site *site, int64_t orig, int64_t patched)
{
	int o_own[MAX_CALLS + 1], p_own[MAX_CALLS + 1];
	uint32_t o_n = find_own_lines(lines->o_debug, site->o_sec, site->o_at, o_own);
	uint32_t p_n = find_own_lines(lines->p_debug, site->p_sec, site->p_at, p_own);

	/* The line of the instruction on one side and of the call that inlined it on the other are two numbers. */
	for (uint32_t i = 0; i < o_n && i < p_n; i++) {
		int64_t behind = orig - o_own[i];

		if (o_own[i] > 0 && p_own[i] > 0 && behind >= 0 && behind <= MAX_LINES && behind == patched - p_own[i])
			return true;
	}
	return false;
}

static bool are_lines(struct lines *lines, const struct line_cursor *cursor, const struct arch_load *o_load,
		      const struct arch_load *p_load)
{
	enum line_argument o = classify_argument(lines->source, lines->orig, cursor->o_sec, cursor->o_at, o_load);
	enum line_argument p = classify_argument(lines->source, lines->patched, cursor->p_sec, cursor->p_at, p_load);
	const struct line_site site = {cursor->o_sec, cursor->p_sec, cursor->o_at, cursor->p_at};
	bool behind_name = o == BEHIND_NAME && p == BEHIND_NAME;

	if (o == OF_FUNCTION && p == OF_FUNCTION)
		return true;
	if (!behind_name)
		return false;
	if (has_debug(lines))
		return are_own_lines(lines, &site, o_load->value, p_load->value);
	add_guess(lines, o_load->value, p_load->value);
	return true;
}

uint64_t lines_skip(struct lines *lines, struct line_cursor *cursor, uint64_t o_at, uint64_t p_at)
{
	const struct elf_obj *orig = lines->orig->obj, *patched = lines->patched->obj;
	const struct elf_sec *o_text = &orig->secs[cursor->o_sec], *p_text = &patched->secs[cursor->p_sec];
	struct arch_load o_load, p_load;
	uint64_t start;

	if (lines->exact || !find_instruction(lines, cursor, o_at, p_at) ||
	    !orig->arch->decode_load(o_text->data, o_text->size, cursor->o_at, &o_load) ||
	    !patched->arch->decode_load(p_text->data, p_text->size, cursor->p_at, &p_load))
		return 0;
	start = cursor->o_at + o_load.field_offset;
	if (o_at < start || o_at >= start + o_load.field_size || o_load.argument != p_load.argument ||
	    o_load.field_offset != p_load.field_offset || o_load.field_size != p_load.field_size)
		return 0;
	return are_lines(lines, cursor, &o_load, &p_load) ? start + o_load.field_size : 0;
}

static const char *find_source_name(const struct elf_obj *obj)
{
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const char *name = obj->syms[i].name, *slash = strrchr(name, '/');

		if (obj->syms[i].type == STT_FILE && *name)
			return slash ? slash + 1 : name;
	}
	return NULL;
}

struct lines *lines_new(const struct side *orig, const struct side *patched)
{
	struct arena *arena = arena_new();
	struct lines *lines = arena_alloc(arena, sizeof(*lines));

	lines->arena = arena;
	lines->orig = orig;
	lines->patched = patched;
	lines->exact = orig->exact || patched->exact;
	lines->source = find_source_name(orig->obj);
	return lines;
}

void lines_free(struct lines *lines)
{
	vec_free(&lines->guesses);
	arena_free(lines->arena);
}

/* Is what ends before p, in text, "name:", name being that of the source file? Without it, that of any C file. */
static bool is_behind_name(const char *source, const char *text, const char *p)
{
	const char *name = source ? source : ".c";
	size_t len = strlen(name);
	char before;

	if ((size_t)(p - text) <= len || p[-1] != ':' || memcmp(p - 1 - len, name, len))
		return false;
	before = p - 1 - len == text ? '/' : p[-2 - (ptrdiff_t)len];
	return source ? before == '/' || before == ' ' : isalnum((unsigned char)before) || before == '_';
}

/*
 * Are two other numbers in a text that is referred to at site lines of the source? Only code has lines in debug
 * information.
 */
static bool are_lines_in_text(struct lines *lines, const struct line_site *site, int64_t orig, int64_t patched)
{
	if (has_debug(lines))
		return are_own_lines(lines, site, orig, patched);
	add_guess(lines, orig, patched);
	return true;
}

/* As the preprocessor writes a line number. */
static bool is_line_number(const char *text, size_t len)
{
	return len <= strlen("999999999") && *text != '0';
}

bool lines_same_text(struct lines *lines, const struct line_site *site, const char *orig, const char *patched)
{
	const char *o = orig, *p = patched;

	if (lines->exact)
		return !strcmp(orig, patched);
	for (;; o++, p++) {
		size_t o_len = strspn(o, digits), p_len = strspn(p, digits);

		if (o_len && p_len && is_behind_name(lines->source, orig, o)) {
			if ((o_len != p_len || memcmp(o, p, o_len)) &&
			    (!is_line_number(o, o_len) || !is_line_number(p, p_len) ||
			     !are_lines_in_text(lines, site, strtoll(o, NULL, 10), strtoll(p, NULL, 10))))
				return false;
			o += o_len;
			p += p_len;
		}
		if (*o != *p)
			return false;
		if (!*o)
			return true;
	}
}

void lines_begin(struct lines *lines, uint32_t owner)
{
	lines->owner = owner;
	lines->begin = lines->guesses.n;
}

uint32_t lines_guesses(const struct lines *lines, const struct line_guess **first)
{
	*first = lines->guesses.v;
	return lines->guesses.n;
}

void lines_warn(const struct lines *lines, const struct line_guess *guess, const char *place, struct diag *diag)
{
	diag_warn(
		diag, RULE_LINE_GUESSED, lines->patched->obj->path, place,
		"%lld after the name of %s was %lld: taken for a line number, so not a change; compile both objects with -g1 to be sure",
		(long long)guess->patched, lines->source ? lines->source : "a source file", (long long)guess->orig);
}
