// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the code of a function differs, and why. The objects show it:
 *
 *   two references      another function is called, another text is used
 *   two numbers         a displacement (a structure has another layout, or the stack frame) or a constant
 *   debug information   which inlined function the place is in
 *
 * Distances of jumps differ wherever code between grew; they are passed over, to show where it did.
 */
#include "diff/explain-code.h"

#include <string.h>

#include "arch/arch.h"
#include "diff/describe.h"
#include "diff/lines.h"
#include "elf/debug.h"
#include "util/vec.h"

/* Instructions shown before the first difference, and of each side from there on. */
#define SHOWN_BEFORE 2
#define SHOWN_AFTER  4

/* A place in both functions of a pair, bytes from the start of their sections. */
struct location {
	uint32_t orig, patched; /* pieces */
	uint64_t o_at, p_at;
};

static uint64_t function_end(const struct side *side, uint32_t id)
{
	return side_piece(side, id)->end;
}

static bool is_at_end(const struct explaining *ctx, const struct location *location)
{
	return location->o_at >= function_end(&ctx->diff->orig, location->orig) ||
	       location->p_at >= function_end(&ctx->diff->patched, location->patched);
}

static uint32_t insn_length(const struct side *side, uint32_t id, uint64_t at)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, id));
	struct arch_insn insn;

	arch_step(side->obj->arch, sec->data, sec->size, at, &insn);
	return insn.length;
}

/* Is there a branch at `at` that stays in its function, so that its distance only tells how much code is between? */
static bool is_inner_branch(const struct side *side, uint32_t id, uint64_t at)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);
	const struct ref *ref;
	struct arch_insn insn;

	return side->obj->arch->decode(sec->data, sec->size, at, &insn) && insn.is_branch &&
	       !refs_in_range(side->refs, piece->sec, at, at + insn.length, &ref) && insn.target >= piece->entry &&
	       insn.target < piece->end;
}

/* Do both instructions read the same, whatever numbers stand in them? */
static bool same_form(const struct explaining *ctx, const struct location *location)
{
	char o_text[DESCRIBE_MAX], p_text[DESCRIBE_MAX];

	describe_form(&ctx->diff->orig, location->orig, location->o_at, o_text, sizeof(o_text));
	describe_form(&ctx->diff->patched, location->patched, location->p_at, p_text, sizeof(p_text));
	return !strcmp(o_text, p_text);
}

/*
 * Do two instructions differ in nothing but a number that the comparison took for a line's? Then they are not the
 * reason.
 */
static bool differ_in_line(const struct explaining *ctx, const struct location *location, uint32_t length)
{
	uint32_t o_sec = side_piece(&ctx->diff->orig, location->orig)->sec;
	uint32_t p_sec = side_piece(&ctx->diff->patched, location->patched)->sec;
	const uint8_t *o = ctx->diff->orig.obj->secs[o_sec].data + location->o_at;
	const uint8_t *p = ctx->diff->patched.obj->secs[p_sec].data + location->p_at;
	struct line_cursor cursor = {o_sec, p_sec, location->o_at, location->p_at, false};
	uint64_t end;
	uint32_t i = 0;

	while (i < length && o[i] == p[i])
		i++;
	end = i < length ? lines_skip(ctx->lines, &cursor, location->o_at + i, location->p_at + i) : 0;
	return end && !memcmp(o + (end - location->o_at), p + (end - location->o_at), location->o_at + length - end);
}

/*
 * The first instruction that differs by more than a line number or the distance of a branch inside of the function.
 * where is the first difference of any kind, bytes from the entries. Returns false if nothing else differs.
 */
static bool find_location(const struct explaining *ctx, uint64_t where, struct location *location)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	uint64_t limit = side_piece(patched, location->patched)->entry + where;
	struct location first = {0};

	location->o_at = side_piece(orig, location->orig)->entry;
	location->p_at = side_piece(patched, location->patched)->entry;
	for (; !is_at_end(ctx, location);) {
		char o_text[DESCRIBE_MAX], p_text[DESCRIBE_MAX];
		uint32_t o_len = describe_insn(orig, location->orig, location->o_at, o_text, sizeof(o_text));
		uint32_t p_len = describe_insn(patched, location->patched, location->p_at, p_text, sizeof(p_text));

		if (location->p_at + p_len > limit && !first.p_at)
			first = *location;
		if (location->p_at + p_len > limit && strcmp(o_text, p_text) &&
		    !(is_inner_branch(orig, location->orig, location->o_at) &&
		      is_inner_branch(patched, location->patched, location->p_at) && same_form(ctx, location)) &&
		    !(o_len == p_len && differ_in_line(ctx, location, o_len)))
			return true;
		/* An instruction that reads the same and is not: its reference is to something of that name. */
		if (location->p_at + p_len > limit && first.p_at == location->p_at && first.o_at == location->o_at &&
		    !strcmp(o_text, p_text) && o_len == p_len)
			return true;
		location->o_at += o_len;
		location->p_at += p_len;
	}
	return false;
}

static const struct ref *ref_of_insn(const struct side *side, uint32_t id, uint64_t at)
{
	const struct ref *ref;

	return refs_in_range(side->refs, side_piece(side, id)->sec, at, at + insn_length(side, id, at), &ref) ? ref
													      : NULL;
}

uint32_t explain_insn(const struct explaining *ctx, const char *mark, const struct side *side, uint32_t id, uint64_t at)
{
	unsigned long offset = (unsigned long)(at - side_piece(side, id)->entry);
	uint32_t length;
	char text[DESCRIBE_MAX], *operands;

	if (at >= function_end(side, id)) {
		fprintf(ctx->out, "  %s  +0x%-5lx (its end)\n", mark, offset);
		return 0;
	}
	length = describe_insn(side, id, at, text, sizeof(text));
	operands = strchr(text, ' ');
	if (operands && operands[1]) {
		*operands++ = '\0';
		fprintf(ctx->out, "  %s  +0x%-5lx %-7s %s\n", mark, offset, text, operands);
	} else {
		fprintf(ctx->out, "  %s  +0x%-5lx %s\n", mark, offset, text);
	}
	return length;
}

/* Where the next n instructions start. */
static void find_insns(const struct side *side, uint32_t id, uint64_t at, uint64_t *insns, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		insns[i] = at;
		at += at < function_end(side, id) ? insn_length(side, id, at) : 0;
	}
}

/* Do two instructions in a row, from these places on, read the same on both sides? */
static bool reads_same(const struct explaining *ctx, const struct location *location, const uint64_t *o,
		       const uint64_t *p)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct location at = {location->orig, location->patched, o[i], p[i]};

		if (o[i] >= function_end(&ctx->diff->orig, location->orig) ||
		    p[i] >= function_end(&ctx->diff->patched, location->patched))
			return o[i] - p[i] == function_end(&ctx->diff->orig, location->orig) -
						      function_end(&ctx->diff->patched, location->patched);
		if (!same_form(ctx, &at))
			return false;
	}
	return true;
}

/* How many instructions of each side are to be shown: up to where both go on alike. */
static bool find_common_end(const struct explaining *ctx, const struct location *location, const uint64_t *o,
			    const uint64_t *p, unsigned int *o_n, unsigned int *p_n)
{
	for (unsigned int sum = 1; sum <= 2 * SHOWN_AFTER; sum++)
		for (*o_n = sum < SHOWN_AFTER ? sum : SHOWN_AFTER; sum - *o_n <= SHOWN_AFTER; --*o_n) {
			*p_n = sum - *o_n;
			/* Of two references to things of one name both are shown. */
			if ((*o_n || *p_n) && (sum > 1 || o[0] != p[0]) &&
			    reads_same(ctx, location, o + *o_n, p + *p_n))
				return true;
			if (!*o_n)
				break;
		}
	*o_n = *p_n = SHOWN_AFTER;
	return false;
}

/* What differs in one place: instructions of the original became instructions of the patched function. */
struct change_of_code {
	unsigned int orig, patched; /* instructions */
	const struct ref *called;   /* by the first of the patched ones that calls or jumps elsewhere, NULL: none */
};

/* Prints the place of the first difference. */
static struct change_of_code print_code(const struct explaining *ctx, const struct location *location)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	uint64_t before[SHOWN_BEFORE], at = side_piece(patched, location->patched)->entry;
	uint64_t o[SHOWN_AFTER + 2], p[SHOWN_AFTER + 2];
	struct change_of_code result = {0};
	unsigned int n = 0, o_n, p_n;
	bool goes_on;

	for (; at < location->p_at; at += insn_length(patched, location->patched, at), n++)
		before[n % SHOWN_BEFORE] = at;
	for (unsigned int i = n < SHOWN_BEFORE ? 0 : n - SHOWN_BEFORE; i < n; i++)
		explain_insn(ctx, " ", patched, location->patched, before[i % SHOWN_BEFORE]);
	find_insns(orig, location->orig, location->o_at, o, SHOWN_AFTER + 2);
	find_insns(patched, location->patched, location->p_at, p, SHOWN_AFTER + 2);
	goes_on = find_common_end(ctx, location, o, p, &o_n, &p_n);
	for (unsigned int i = 0; i < o_n && (!i || o[i] != o[i - 1]); i++)
		explain_insn(ctx, "-", orig, location->orig, o[i]);
	for (unsigned int i = 0; i < p_n && (!i || p[i] != p[i - 1]); i++) {
		const struct ref *ref = p[i] < function_end(patched, location->patched)
						? ref_of_insn(patched, location->patched, p[i])
						: NULL;

		explain_insn(ctx, "+", patched, location->patched, p[i]);
		if (!result.called && ref && ref->is_branch)
			result.called = ref;
	}
	for (unsigned int i = 0; goes_on && i < 2 && p[p_n + i] < function_end(patched, location->patched); i++)
		explain_insn(ctx, " ", patched, location->patched, p[p_n + i]);
	result.orig = goes_on ? o_n : 0;
	result.patched = goes_on ? p_n : 0;
	return result;
}

/* Does the function keep its frame in a register? The stock kernels do not, and it is a register as any other there. */
static bool has_frame_pointer(const struct side *side, uint32_t id)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, id));
	uint64_t at = side_piece(side, id)->entry;

	for (unsigned int i = 0; i < 6 && at < function_end(side, id); i++) {
		if (side->obj->arch->sets_frame(sec->data, sec->size, at))
			return true;
		at += insn_length(side, id, at);
	}
	return false;
}

/* What the number is for in which two instructions differ. */
static enum arch_operand differing_operand(const struct explaining *ctx, const struct location *location)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	const struct elf_sec *o_sec = side_section(orig, side_piece(orig, location->orig));
	const struct elf_sec *p_sec = side_section(patched, side_piece(patched, location->patched));
	enum arch_operand operand =
		patched->obj->arch->differing(o_sec->data + location->o_at, o_sec->size - location->o_at,
					      p_sec->data + location->p_at, p_sec->size - location->p_at);

	if (operand != ARCH_OPERAND_FRAME)
		return operand;
	return has_frame_pointer(patched, location->patched) ? ARCH_OPERAND_STACK : ARCH_OPERAND_MEMBER;
}

static const char *reason_of_number(const struct explaining *ctx, const struct location *location)
{
	switch (differing_operand(ctx, location)) {
	case ARCH_OPERAND_CONSTANT:
		return ctx->layouts_differ
			       ? "a constant: a number of the source, or the size of a structure (see the end)"
			       : "a constant: a number of the source, or the size of a structure";
	case ARCH_OPERAND_STACK:
		return "a stack slot: the function's frame has another layout";
	case ARCH_OPERAND_MEMBER:
		return ctx->layouts_differ ? "an offset: a member of a structure is elsewhere (see the end)"
					   : "an offset: another member, or the structure has another layout";
	default:
		return "an address or a distance";
	}
}

static void print_reason_of_insns(const struct explaining *ctx, const struct location *location,
				  const struct change_of_code *change)
{
	char o_text[DESCRIBE_MAX], p_text[DESCRIBE_MAX];

	if (change->orig && !change->patched) {
		fprintf(ctx->out, "  reason: instructions are gone\n");
		return;
	}
	if (change->patched && !change->orig) {
		fprintf(ctx->out, "  reason: instructions were added");
		if (change->called) {
			describe_ref(&ctx->diff->patched, location->patched, change->called, p_text, sizeof(p_text));
			fprintf(ctx->out, ": it calls %s", p_text);
		}
		fputc('\n', ctx->out);
		return;
	}
	if (is_at_end(ctx, location)) {
		fprintf(ctx->out, "  reason: one of them is longer\n");
		return;
	}

	describe_insn(&ctx->diff->orig, location->orig, location->o_at, o_text, sizeof(o_text));
	describe_insn(&ctx->diff->patched, location->patched, location->p_at, p_text, sizeof(p_text));
	if (strcmp(o_text, p_text) && same_form(ctx, location))
		fprintf(ctx->out, "  reason: %s\n", reason_of_number(ctx, location));
	else
		fprintf(ctx->out, "  reason: other instructions\n");
}

/* The difference is in what a reference means. */
static void print_reason_of_refs(const struct explaining *ctx, const struct location *location, const struct ref *o_ref,
				 const struct ref *p_ref)
{
	const struct diff *diff = ctx->diff;
	const struct piece *target = p_ref->piece == PIECE_NONE ? NULL : side_piece(&diff->patched, p_ref->piece);
	char o_text[DESCRIBE_MAX], p_text[DESCRIBE_MAX];

	describe_ref(&diff->orig, location->orig, o_ref, o_text, sizeof(o_text));
	describe_ref(&diff->patched, location->patched, p_ref, p_text, sizeof(p_text));
	fprintf(ctx->out, "  reason: ");
	if (!target)
		fprintf(ctx->out, "refers to %s instead of %s\n", p_text, o_text);
	else if (target->class == SEC_STRINGS)
		fprintf(ctx->out, "the string %s was %s\n", p_text, o_text);
	else if (target->kind == PIECE_FUNC && diff->corr->to_orig[p_ref->piece] == PIECE_NONE)
		fprintf(ctx->out, "%s is new; it was %s\n", target->name, o_text);
	else if (strcmp(o_text, p_text))
		fprintf(ctx->out, "%s instead of %s\n", p_text, o_text);
	else if (target->kind == PIECE_FUNC)
		fprintf(ctx->out, "another function of the name %s\n", target->name);
	else
		fprintf(ctx->out, "the contents of %s, which is part of this function, differ\n", target->name);
}

static uint32_t find_inlined(const struct debug_info *debug, const struct side *side, uint32_t id, uint64_t at,
			     struct debug_inlined *inlined)
{
	return debug && at < function_end(side, id)
		       ? debug_find_inlined(debug, side_piece(side, id)->sec, at, inlined, 1)
		       : 0;
}

/* How much code of a function comes from one inlined function, or from its own source. */
struct share {
	const char *name;       /* "": its own */
	uint64_t orig, patched; /* bytes */
};

typedef VEC(struct share) share_vec;

static void add_shares(const struct debug_info *debug, const struct side *side, uint32_t id, bool is_orig,
		       share_vec *shares)
{
	for (uint64_t at = side_piece(side, id)->entry; at < function_end(side, id);) {
		uint32_t length = insn_length(side, id, at), i;
		struct debug_inlined inlined = {.name = ""};

		find_inlined(debug, side, id, at, &inlined);
		for (i = 0; i < shares->n && strcmp(shares->v[i].name, inlined.name);)
			i++;
		if (i == shares->n)
			vec_push(shares)->name = inlined.name;
		*(is_orig ? &shares->v[i].orig : &shares->v[i].patched) += length;
		at += length;
	}
}

/* Says of which inlined functions there is more or less code than before. */
static void print_shares(const struct explaining *ctx, const struct location *location)
{
	share_vec shares = {0};

	if (!ctx->o_debug || !ctx->p_debug)
		return;
	add_shares(ctx->o_debug, &ctx->diff->orig, location->orig, true, &shares);
	add_shares(ctx->p_debug, &ctx->diff->patched, location->patched, false, &shares);
	for (uint32_t i = 0; i < shares.n; i++) {
		const struct share *share = &shares.v[i];

		if (*share->name && share->orig != share->patched)
			fprintf(ctx->out, "  inlined: %lu bytes of %s() instead of %lu\n",
				(unsigned long)share->patched, share->name, (unsigned long)share->orig);
	}
	for (uint32_t i = 0; i < shares.n; i++)
		if (!*shares.v[i].name && shares.v[i].orig == shares.v[i].patched)
			fprintf(ctx->out, "  inlined: its own code has %lu bytes, as before\n",
				(unsigned long)shares.v[i].orig);
	vec_free(&shares);
}

static void print_place(const struct explaining *ctx, const struct location *location)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	struct debug_inlined o_in, p_in;
	bool has_o = find_inlined(ctx->o_debug, orig, location->orig, location->o_at, &o_in);
	bool has_p = find_inlined(ctx->p_debug, patched, location->patched, location->p_at, &p_in);
	struct debug_line line;

	if (ctx->p_debug && location->p_at < function_end(patched, location->patched) &&
	    debug_find_line(ctx->p_debug, side_piece(patched, location->patched)->sec, location->p_at, &line) &&
	    line.number)
		fprintf(ctx->out, "  source: %s:%d\n", line.file, line.number);
	if (has_o && has_p && !strcmp(o_in.name, p_in.name))
		fprintf(ctx->out, "  inlined: this is code of %s(), which is inlined here\n", p_in.name);
	else if (has_p)
		fprintf(ctx->out, "  inlined: the patched side has code of %s() here, which is inlined\n", p_in.name);
	else if (has_o)
		fprintf(ctx->out, "  inlined: the original has code of %s() here, which is inlined\n", o_in.name);
}

void explain_code(const struct explaining *ctx, uint32_t p, uint64_t where)
{
	const struct piece *piece = side_piece(&ctx->diff->patched, p);
	struct location location = {.orig = ctx->diff->corr->to_orig[p], .patched = p};
	const struct ref *o_ref = NULL, *p_ref = NULL;
	struct change_of_code change;

	if (!find_location(ctx, where, &location))
		fprintf(ctx->out, "  the code is the same up to the end of the shorter one\n");
	change = print_code(ctx, &location);
	if (!is_at_end(ctx, &location)) {
		o_ref = ref_of_insn(&ctx->diff->orig, location.orig, location.o_at);
		p_ref = ref_of_insn(&ctx->diff->patched, location.patched, location.p_at);
	}
	if (ctx->diff->changes->v[p].why == DIFF_CALLEE)
		fprintf(ctx->out, "  reason: it calls %s, which changed and which ftrace can't reach by itself\n",
			p_ref ? side_piece(&ctx->diff->patched, p_ref->piece)->name : piece->name);
	else if (o_ref && p_ref && change.orig == change.patched)
		print_reason_of_refs(ctx, &location, o_ref, p_ref);
	else
		print_reason_of_insns(ctx, &location, &change);
	print_place(ctx, &location);
	if (ctx->diff->changes->v[p].why == DIFF_SIZE)
		print_shares(ctx, &location);
}
