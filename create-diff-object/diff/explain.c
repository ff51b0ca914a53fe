// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch of one line may change twenty functions: a callee was inlined into them, a structure grew, a macro of a
 * header changed. The objects show where each of them differs, and most of why:
 *
 *   two references      another function is called, another text is used
 *   two numbers         a displacement (a structure has another layout, or the stack frame) or a constant
 *   debug information   which inlined function the place is in, which structures have another layout
 *
 * Distances of jumps differ wherever code between grew; they are passed over, to show where it did.
 */
#include "diff/explain.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "diff/describe.h"
#include "diff/lines.h"
#include "elf/debug.h"
#include "util/fold.h"
#include "util/memory.h"
#include "util/vec.h"

/* Instructions shown before the first difference, and of each side from there on. */
#define SHOWN_BEFORE 2
#define SHOWN_AFTER  4

#define MAX_TEXT 256

struct context {
	const struct diff *diff;
	const char *file;                     /* of the patched object, without directories */
	struct debug_info *o_debug, *p_debug; /* NULL: none */
	struct lines *lines;
	bool layouts_differ; /* structures do, in the debug information */
	FILE *out;
};

/* A place in both functions of a pair, bytes from the start of their sections. */
struct location {
	uint32_t orig, patched; /* pieces */
	uint64_t o_at, p_at;
};

static uint64_t function_end(const struct side *side, uint32_t id)
{
	return side_piece(side, id)->end;
}

static bool is_at_end(const struct context *ctx, const struct location *location)
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
static bool same_form(const struct context *ctx, const struct location *location)
{
	char o_text[MAX_TEXT], p_text[MAX_TEXT];

	describe_form(&ctx->diff->orig, location->orig, location->o_at, o_text, sizeof(o_text));
	describe_form(&ctx->diff->patched, location->patched, location->p_at, p_text, sizeof(p_text));
	return !strcmp(o_text, p_text);
}

/*
 * Do two instructions differ in nothing but a number that the comparison took for a line's? Then they are not the
 * reason.
 */
static bool differ_in_line(const struct context *ctx, const struct location *location, uint32_t length)
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
static bool find_location(const struct context *ctx, uint64_t where, struct location *location)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	uint64_t limit = side_piece(patched, location->patched)->entry + where;
	struct location first = {0};

	location->o_at = side_piece(orig, location->orig)->entry;
	location->p_at = side_piece(patched, location->patched)->entry;
	for (; !is_at_end(ctx, location);) {
		char o_text[MAX_TEXT], p_text[MAX_TEXT];
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

static void print_insn(const struct context *ctx, const char *mark, const struct side *side, uint32_t id, uint64_t at)
{
	unsigned long offset = (unsigned long)(at - side_piece(side, id)->entry);
	char text[MAX_TEXT], *operands;

	if (at >= function_end(side, id)) {
		fprintf(ctx->out, "  %s  +0x%-5lx (its end)\n", mark, offset);
		return;
	}
	describe_insn(side, id, at, text, sizeof(text));
	operands = strchr(text, ' ');
	if (operands && operands[1]) {
		*operands++ = '\0';
		fprintf(ctx->out, "  %s  +0x%-5lx %-7s %s\n", mark, offset, text, operands);
	} else {
		fprintf(ctx->out, "  %s  +0x%-5lx %s\n", mark, offset, text);
	}
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
static bool reads_same(const struct context *ctx, const struct location *location, const uint64_t *o, const uint64_t *p)
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
static bool find_common_end(const struct context *ctx, const struct location *location, const uint64_t *o,
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
static struct change_of_code print_code(const struct context *ctx, const struct location *location)
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
		print_insn(ctx, " ", patched, location->patched, before[i % SHOWN_BEFORE]);
	find_insns(orig, location->orig, location->o_at, o, SHOWN_AFTER + 2);
	find_insns(patched, location->patched, location->p_at, p, SHOWN_AFTER + 2);
	goes_on = find_common_end(ctx, location, o, p, &o_n, &p_n);
	for (unsigned int i = 0; i < o_n && (!i || o[i] != o[i - 1]); i++)
		print_insn(ctx, "-", orig, location->orig, o[i]);
	for (unsigned int i = 0; i < p_n && (!i || p[i] != p[i - 1]); i++) {
		const struct ref *ref = p[i] < function_end(patched, location->patched)
						? ref_of_insn(patched, location->patched, p[i])
						: NULL;

		print_insn(ctx, "+", patched, location->patched, p[i]);
		if (!result.called && ref && ref->is_branch)
			result.called = ref;
	}
	for (unsigned int i = 0; goes_on && i < 2 && p[p_n + i] < function_end(patched, location->patched); i++)
		print_insn(ctx, " ", patched, location->patched, p[p_n + i]);
	result.orig = goes_on ? o_n : 0;
	result.patched = goes_on ? p_n : 0;
	return result;
}

/* ---- reasons ---- */

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
static enum arch_operand differing_operand(const struct context *ctx, const struct location *location)
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

static const char *reason_of_number(const struct context *ctx, const struct location *location)
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

static void print_reason_of_insns(const struct context *ctx, const struct location *location,
				  const struct change_of_code *change)
{
	char o_text[MAX_TEXT], p_text[MAX_TEXT];

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
static void print_reason_of_refs(const struct context *ctx, const struct location *location, const struct ref *o_ref,
				 const struct ref *p_ref)
{
	const struct diff *diff = ctx->diff;
	const struct piece *target = p_ref->piece == PIECE_NONE ? NULL : side_piece(&diff->patched, p_ref->piece);
	char o_text[MAX_TEXT], p_text[MAX_TEXT];

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
static void print_shares(const struct context *ctx, const struct location *location)
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

static void print_place(const struct context *ctx, const struct location *location)
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

/* ---- kinds of changes ---- */

static void explain_code(const struct context *ctx, uint32_t p, uint64_t where)
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

static void print_bytes(const struct context *ctx, const char *mark, const struct side *side, uint32_t id,
			uint64_t where)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);
	uint64_t at = piece->start + where;
	const struct ref *ref;
	char text[MAX_TEXT];

	fprintf(ctx->out, "  %s  +0x%-5lx ", mark, (unsigned long)where);
	if (at >= piece->end)
		fprintf(ctx->out, "(ends)");
	else if (refs_in_range(side->refs, piece->sec, at, at + 1, &ref)) {
		describe_ref(side, id, ref, text, sizeof(text));
		fprintf(ctx->out, "%s", text);
	} else {
		for (unsigned int i = 0; i < 8 && at + i < piece->end; i++)
			fprintf(ctx->out, "%02x ", sec->data ? sec->data[at + i] : 0);
	}
	fputc('\n', ctx->out);
}

/* The instructions that an entry puts over those at its site. */
static void print_replacement(const struct context *ctx, const char *mark, const struct side *side,
			      const struct entry *entry)
{
	struct replacement by;

	if (!entry->repl || !side_replacement(side, entry, &by))
		return;
	fprintf(ctx->out, "  %s  replaced by:\n", mark);
	for (uint64_t at = by.start; at < by.end; at += insn_length(side, by.piece, at))
		print_insn(ctx, mark, side, by.piece, at);
}

/* What an entry holds, and whom it names besides its own function: a static key, the file of a WARN(). */
static void print_entry(const struct context *ctx, const char *mark, const struct side *side, uint32_t id,
			uint64_t site, const struct entry *entry)
{
	const uint8_t *bytes = side->obj->secs[entry->sec].data + entry->offset;
	const struct ref *refs;
	uint32_t n = side_entry_refs(side, entry, &refs);
	char text[MAX_TEXT];

	print_insn(ctx, mark, side, id, site);
	fprintf(ctx->out, "  %s  entry:", mark);
	for (uint32_t i = 0; i < entry->present; i++)
		fprintf(ctx->out, " %02x", bytes[i]);
	for (uint32_t i = 0; i < n; i++) {
		const struct piece *target = refs[i].piece == PIECE_NONE ? NULL : side_piece(side, refs[i].piece);

		if (target && (target->root == side_piece(side, id)->root || target->class == SEC_SPECIAL_TEXT))
			continue;
		describe_ref(side, id, &refs[i], text, sizeof(text));
		fprintf(ctx->out, " %s", text);
	}
	fputc('\n', ctx->out);
	print_replacement(ctx, mark, side, entry);
}

static void explain_entry(const struct context *ctx, uint32_t p, const struct change_info *info)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	const struct entry *entry = info->entry ? info->entry : info->orig_entry;
	const char *table = info->entry ? patched->obj->secs[entry->sec].name : orig->obj->secs[entry->sec].name;
	struct location location = {.orig = ctx->diff->corr->to_orig[p], .patched = p};

	location.o_at = side_piece(orig, location.orig)->entry;
	location.p_at = side_piece(patched, p)->entry;
	if (info->orig_entry && info->orig_entry->site_sec == side_piece(orig, location.orig)->sec)
		location.o_at = info->orig_entry->site;
	if (info->entry && info->entry->site_sec == side_piece(patched, p)->sec)
		location.p_at = info->entry->site;
	fprintf(ctx->out, "  reason: an entry of %s %s\n", table,
		!info->entry        ? "that the patched function no longer has"
		: !info->orig_entry ? "that the original function does not have"
				    : "has other contents or a replacement that differs");
	if (info->orig_entry)
		print_entry(ctx, "-", orig, location.orig, location.o_at, info->orig_entry);
	if (info->entry)
		print_entry(ctx, "+", patched, p, location.p_at, info->entry);
}

static void explain_change(const struct context *ctx, uint32_t p)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	const struct change_info *info = &ctx->diff->changes->v[p];
	const struct piece *piece = side_piece(patched, p);
	uint32_t part = piece->part;

	switch (info->why) {
	case DIFF_ENTRY:
		explain_entry(ctx, p, info);
		break;
	case DIFF_KIND:
		fprintf(ctx->out, "  reason: it is in section %s instead of %s\n", side_section(patched, piece)->name,
			side_section(orig, side_piece(orig, ctx->diff->corr->to_orig[p]))->name);
		break;
	case DIFF_PART:
		fprintf(ctx->out, "  reason: its .cold part, see %s\n",
			part == PIECE_NONE ? "the original" : side_piece(patched, part)->name);
		break;
	case DIFF_CONSTANT:
		fprintf(ctx->out, "  reason: %s %s, which changed\n", piece->kind == PIECE_FUNC ? "reads" : "refers to",
			side_piece(patched, info->by)->name);
		break;
	case DIFF_LABELS:
		fprintf(ctx->out, "  reason: its table of labels for `goto *`\n");
		break;
	default:
		if (piece->kind == PIECE_FUNC) {
			explain_code(ctx, p, info->where - (piece->entry - piece->start));
		} else {
			print_bytes(ctx, "-", orig, ctx->diff->corr->to_orig[p], info->where);
			print_bytes(ctx, "+", patched, p, info->where);
		}
	}
}

/* ---- who needs it ---- */

/* Says where by refers to p. */
static void print_user(const struct context *ctx, uint32_t p, uint32_t by)
{
	const struct selection *selection = ctx->diff->selection;
	const struct side *patched = &ctx->diff->patched;
	const struct piece *user = side_piece(patched, by);

	for (uint32_t k = 0; k < selection->nparts; k++) {
		const struct use_part *part = &selection->parts[k];

		for (uint32_t i = 0; part->from == by && part->context == USE_IN_BODY && i < part->n; i++) {
			const struct ref *ref = selection->uses[part->first + i].ref;

			if (ref->piece == PIECE_NONE || (ref->piece != p && side_piece(patched, ref->piece)->root != p))
				continue;
			fprintf(ctx->out, "%s %s+%#lx", ref->is_branch ? "called by" : "used by", user->name,
				(unsigned long)(ref->offset - user->entry));
			return;
		}
	}
	fprintf(ctx->out, "used by an entry of %s in a special section", user->name);
}

/* The chain of users up to what is there for a reason of its own. */
static void print_users(const struct context *ctx, uint32_t p)
{
	const struct selection *selection = ctx->diff->selection;

	for (const char *glue = ""; selection->v[p].why == WHY_NEEDED || selection->v[p].why == WHY_PART;
	     p = selection->v[p].by, glue = ", which is ") {
		fputs(glue, ctx->out);
		if (selection->v[p].why == WHY_PART)
			fprintf(ctx->out, "the .cold part of %s",
				side_piece(&ctx->diff->patched, selection->v[p].by)->name);
		else
			print_user(ctx, p, selection->v[p].by);
	}
	fputc('\n', ctx->out);
}

/* Does an earlier row of the piece tell the same of the same thing? */
static bool is_told(const struct context *ctx, const struct use_part *part, uint32_t row)
{
	const struct use *rows = &ctx->diff->selection->uses[part->first], *use = &rows[row];

	for (uint32_t i = 0; i < row; i++)
		if (rows[i].reason == use->reason && rows[i].ref->piece == use->ref->piece &&
		    (use->ref->piece != PIECE_NONE || rows[i].ref->sym == use->ref->sym))
			return true;
	return false;
}

/* The rows of the table of uses: what each reference of a body is resolved to. */
static void print_uses(const struct context *ctx, uint32_t p)
{
	const struct selection *selection = ctx->diff->selection;
	const struct side *patched = &ctx->diff->patched;

	for (uint32_t k = 0; k < selection->nparts; k++) {
		const struct use_part *part = &selection->parts[k];

		for (uint32_t i = 0; part->from == p && part->context == USE_IN_BODY && i < part->n; i++) {
			const struct use *use = &selection->uses[part->first + i];
			char text[MAX_TEXT];

			/* The function's own places are many, and say nothing. */
			if (use->reason == USE_OWN || is_told(ctx, part, i))
				continue;
			describe_ref(patched, p, use->ref, text, sizeof(text));
			fprintf(ctx->out, "  use: %s: %s\n", text, selection_reason_text(use->reason));
		}
	}
}

static void explain_piece(const struct context *ctx, uint32_t p)
{
	const struct change_info *info = &ctx->diff->changes->v[p];
	const struct piece *piece = side_piece(&ctx->diff->patched, p);
	bool included = is_included(ctx->diff, p), changed = info->change == CHANGE_CHANGED;

	fprintf(ctx->out, "%s: %s: ", ctx->file, piece->name);
	if (changed && info->copied)
		fprintf(ctx->out,
			"changed, and copied for its %s: ", piece->kind == PIECE_FUNC ? "callers" : "readers");
	else if (changed)
		fprintf(ctx->out, "changed%s: ", included ? "" : ", but can't be livepatched");
	else if (included && ctx->diff->selection->v[p].why == WHY_NEW)
		fprintf(ctx->out, "new: other objects may use it");
	else if (included && ctx->diff->selection->v[p].why == WHY_ASKED)
		fprintf(ctx->out, "new: the patch hands it to the kernel");
	else if (info->change == CHANGE_NEW)
		fprintf(ctx->out, "%s: ", piece->anonymous ? "copied" : "new");
	else
		fprintf(ctx->out, "copied: ");
	if (changed && ctx->diff->selection->v[p].why != WHY_NEEDED)
		fprintf(ctx->out, "%s differs", difference_text(info->why));
	if (included)
		print_users(ctx, p);
	else
		fputc('\n', ctx->out);
	if (changed)
		explain_change(ctx, p);
	if (included)
		print_uses(ctx, p);
}

static void print_layout(void *arg, const char *name, uint64_t o_size, uint64_t p_size, const char *member,
			 uint64_t o_offset, uint64_t p_offset)
{
	struct context *ctx = arg;

	ctx->layouts_differ = true;
	if (!ctx->out)
		return;
	fprintf(ctx->out, "%s: struct %s: ", ctx->file, name);
	if (o_size != p_size)
		fprintf(ctx->out, "%lu bytes instead of %lu%s", (unsigned long)p_size, (unsigned long)o_size,
			member ? "; " : "");
	if (member)
		fprintf(ctx->out, "%s moved from +%#lx to +%#lx", member, (unsigned long)o_offset,
			(unsigned long)p_offset);
	fputc('\n', ctx->out);
}

/* Instructions and bytes stand in columns, behind their mark; all else are sentences. */
static void put_lines(FILE *out, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		if (!strncmp(text, "  ", 2) && memchr("-+ ", text[2], 3))
			fprintf(out, "%.*s\n", len, text);
		else
			fold_printf(out, "%.*s", len, text);
		text += text[len] ? len + 1 : len;
	}
}

void explain(const struct diff *diff, FILE *out)
{
	char *text = NULL;
	size_t size;
	const char *slash = strrchr(diff->patched.obj->path, '/');
	struct context ctx = {
		.diff = diff,
		.file = slash ? slash + 1 : diff->patched.obj->path,
		.o_debug = debug_of(diff->orig.obj),
		.p_debug = debug_of(diff->patched.obj),
		.lines = lines_new(&diff->orig, &diff->patched),
	};

	if (ctx.o_debug && ctx.p_debug)
		debug_compare_layouts(ctx.o_debug, ctx.p_debug, print_layout, &ctx);
	ctx.out = open_memstream(&text, &size);
	if (!ctx.out)
		memory_exhausted();
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if (is_included(diff, p) || diff->changes->v[p].change == CHANGE_CHANGED)
			explain_piece(&ctx, p);
	if (ctx.layouts_differ)
		debug_compare_layouts(ctx.o_debug, ctx.p_debug, print_layout, &ctx);
	if (fclose(ctx.out))
		memory_exhausted();
	put_lines(out, text);
	free(text);
	lines_free(ctx.lines);
}
