// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running kernel's variables keep what they hold, so a patch that changes an initial value is refused. Often that
 * value only has to be written: a limit, an entry of a table, a pointer of operations. Here is told what would have to
 * be written where, by the names that C has for it, which debug information knows; and of everything else why it can't
 * be done so.
 *
 * Contents are compared from the first difference to the next (data_find_difference()). Each lies in one part of the
 * variable, a number or a pointer, which is told as a whole.
 */
#include "diff/values.h"

#include <ctype.h>
#include <string.h>

#include "arch/arch.h"
#include "diff/lines.h"
#include "diff/pairing.h"
#include "diff/same.h"
#include "elf/debug.h"
#include "elf/lvalue.h"
#include "elf/members.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/bytes.h"
#include "util/quote.h"
#include "util/vec.h"

/* More places than that in one variable are another table, which nobody would review line by line. */
#define MAX_VALUES 64
/* The longest string that is told. */
#define MAX_STRING 200

/* Where the new value of a pointer leads to. */
enum lasting { LASTING_RUNNING, LASTING_LIVEPATCH };

struct value {
	const char *place; /* as C names it; NULL: by offset and size only */
	const char *form;
	uint64_t offset, size; /* bytes of the variable */
	const char *before, *now;
	enum lasting lasting;
};

struct variable {
	const struct diff *diff;
	const struct types *types; /* of the patched object; NULL: none */
	struct lines *lines;
	struct arena *arena;
	uint32_t orig, patched; /* pieces */
	uint32_t node;          /* its type, TYPE_NONE: not known */
	VEC(struct value) values;
};

static uint64_t content_size(const struct side *side, uint32_t p)
{
	return side_piece(side, p)->end - side_piece(side, p)->entry;
}

static uint8_t byte_at(const struct side *side, uint32_t p, uint64_t at)
{
	const struct elf_sec *sec = side_section(side, side_piece(side, p));

	return sec->data ? sec->data[side_piece(side, p)->entry + at] : 0;
}

static const struct ref *ref_at(const struct side *side, uint32_t p, uint64_t at)
{
	const struct piece *piece = side_piece(side, p);
	const struct ref *ref;

	return refs_in_range(side->refs, piece->sec, piece->entry + at, piece->entry + at + 1, &ref) ? ref : NULL;
}

/* The type of the variable at file scope that has the name and size of a piece. */
static uint32_t find_type(const struct types *types, const struct piece *piece)
{
	for (uint32_t i = 0; types && i < types->uses.n; i++) {
		const struct type_use *use = &types->uses.v[i];

		if (use->kind == USE_STATIC && use->func == TYPE_NONE && !strcmp(use->name, piece->name) &&
		    type_size(types, use->node) == piece->end - piece->entry)
			return use->node;
	}
	return TYPE_NONE;
}

static const char *bytes_text(struct arena *arena, const struct side *side, uint32_t p, uint64_t at, uint64_t size)
{
	char *text = arena_alloc(arena, 2 * size + 1);

	for (uint64_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", byte_at(side, p, at + i));
	return text;
}

/* Up to 64 bits of a variable. The first one is the lowest of the number, or on a big-endian machine the highest. */
static uint64_t bits_of(const struct side *side, uint32_t p, uint64_t bit, uint64_t bits)
{
	bool is_big_endian = side->obj->arch->is_big_endian;
	uint64_t value = 0;

	for (uint64_t i = 0; i < bits; i++) {
		uint64_t is_set =
			byte_at(side, p, (bit + i) / 8) >> bytes_shift_of_bit((bit + i) % 8, is_big_endian) & 1;

		value |= is_set << (is_big_endian ? bits - 1 - i : i);
	}
	return value;
}

static bool is_identifier(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* Does the patched source have a function or variable of that name at file scope, be it that all of it is inlined? */
static bool is_in_source(const struct types *types, const char *name)
{
	for (uint32_t i = 0; i < types->funcs.n; i++)
		if (!strcmp(types->funcs.v[i].name, name))
			return true;
	for (uint32_t i = 0; i < types->uses.n; i++)
		if (types->uses.v[i].kind == USE_STATIC && types->uses.v[i].func == TYPE_NONE &&
		    !strcmp(types->uses.v[i].name, name))
			return true;
	return false;
}

static const char *string_text(struct arena *arena, const struct elf_sec *sec, uint64_t at)
{
	char text[MAX_STRING * QUOTE_CHAR + 6];

	if (sec->entsize > 1 || at >= sec->size || !memchr(sec->data + at, 0, sec->size - at) ||
	    strlen((const char *)sec->data + at) > MAX_STRING)
		return NULL;
	quote_text(sec->data + at, sec->size - at, MAX_STRING, text, sizeof(text));
	return arena_printf(arena, "string:%s", text);
}

/*
 * What a pointer of one side leads to, as a word of the records; NULL: to what the patched source has no name for.
 * (What the running kernel has of a name is what the patched source means by it.)
 */
static const char *target_text(const struct variable *variable, const struct side *side, const struct ref *ref)
{
	const struct diff *diff = variable->diff;
	const struct piece *piece = ref->piece == PIECE_NONE ? NULL : side_piece(side, ref->piece);
	const char *name = piece ? piece->name : side->obj->syms[ref->sym].name;

	if (piece && piece->class == SEC_STRINGS)
		return string_text(variable->arena, side_section(side, piece), piece->entry + (uint64_t)ref->target);
	if (piece && (piece->anonymous || pairing_is_numbered(side, ref->piece)))
		return NULL;
	if (piece && side == &diff->orig && diff->corr->to_patched[ref->piece] == PIECE_NONE &&
	    !is_in_source(variable->types, name))
		return NULL;
	if (!is_identifier(name) || (piece && piece->kind == PIECE_FUNC && ref->target))
		return NULL;
	return arena_printf(variable->arena, "symbol:%s%+lld", name, (long long)ref->target);
}

/* The value of a pointer; NULL: it can't be told. */
static const char *pointer_text(const struct variable *variable, const struct side *side, uint32_t p, uint64_t at)
{
	const struct ref *ref = ref_at(side, p, at);
	uint64_t value = bits_of(side, p, at * 8, 64);

	if (ref)
		return target_text(variable, side, ref);
	return value ? arena_printf(variable->arena, "address:0x%llx", (unsigned long long)value) : "null";
}

static bool is_plain_pointer(const struct side *side, const struct ref *ref)
{
	return !ref || (ref->type == side->obj->arch->reloc_abs64 && !ref->shift);
}

/* Does what a reference of the patched object means stand in the livepatch? */
static enum lasting lasting_of(const struct diff *diff, const struct ref *ref)
{
	if (!ref || ref->piece == PIECE_NONE)
		return LASTING_RUNNING;
	return side_piece(&diff->patched, ref->piece)->class == SEC_STRINGS ||
			       diff->corr->to_orig[ref->piece] == PIECE_NONE
		       ? LASTING_LIVEPATCH
		       : LASTING_RUNNING;
}

/* A pointer, or a number that has an address. Returns NULL, or why it is no plain write. */
static const char *add_pointer(struct variable *variable, const struct lvalue *lvalue)
{
	const struct diff *diff = variable->diff;
	struct value *value = vec_push(&variable->values);
	const struct ref *before, *now;

	value->offset = lvalue->bit / 8;
	value->size = lvalue->bits / 8;
	value->place = lvalue->text;
	value->form = lvalue->kind == LVALUE_ENTRY ? "entry" : lvalue->kind == LVALUE_POINTER ? "pointer" : "number";
	before = ref_at(&diff->orig, variable->orig, value->offset);
	now = ref_at(&diff->patched, variable->patched, value->offset);
	if (value->size != 8 || !is_plain_pointer(&diff->orig, before) || !is_plain_pointer(&diff->patched, now))
		return "relocation";
	value->before = pointer_text(variable, &diff->orig, variable->orig, value->offset);
	value->now = pointer_text(variable, &diff->patched, variable->patched, value->offset);
	value->lasting = lasting_of(diff, now);
	return value->now ? NULL : "nameless";
}

static void add_number(struct variable *variable, const struct lvalue *lvalue)
{
	const struct diff *diff = variable->diff;
	struct value *value = vec_push(&variable->values);

	value->offset = lvalue->bit / 8;
	value->size = lvalue->kind == LVALUE_BITS ? 0 : lvalue->bits / 8;
	value->place = lvalue->text;
	value->form = lvalue->kind == LVALUE_BITS ? "bits" : "number";
	value->before = lvalue_number(variable->types, lvalue,
				      bits_of(&diff->orig, variable->orig, lvalue->bit, lvalue->bits), variable->arena);
	value->now =
		lvalue_number(variable->types, lvalue,
			      bits_of(&diff->patched, variable->patched, lvalue->bit, lvalue->bits), variable->arena);
}

/* Where the last byte before end that differs ends. */
static uint64_t find_last_end(const struct variable *variable, uint64_t at, uint64_t end)
{
	const struct diff *diff = variable->diff;

	while (end - 1 > at &&
	       byte_at(&diff->orig, variable->orig, end - 1) == byte_at(&diff->patched, variable->patched, end - 1))
		end--;
	return end;
}

static void add_bytes(struct variable *variable, uint64_t at, uint64_t end)
{
	const struct diff *diff = variable->diff;
	struct value *value = vec_push(&variable->values);

	value->offset = at;
	value->size = end - at;
	value->form = "bytes";
	value->before = bytes_text(variable->arena, &diff->orig, variable->orig, at, end - at);
	value->now = bytes_text(variable->arena, &diff->patched, variable->patched, at, end - at);
}

/* The text that an array of characters holds on one side; NULL: something else, with bytes behind a NUL, or no NUL. */
static const char *chars_text(const struct variable *variable, const struct side *side, uint32_t p,
			      const struct lvalue *lvalue)
{
	uint64_t at = lvalue->bit / 8, size = lvalue->bits / 8, length = 0;
	char text[MAX_STRING * QUOTE_CHAR + 6], *chars = arena_alloc(variable->arena, size);

	for (uint64_t i = 0; i < size; i++)
		chars[i] = (char)byte_at(side, p, at + i);
	while (length < size && chars[length])
		length++;
	for (uint64_t i = length; i < size; i++)
		if (chars[i])
			return NULL;
	if (length == size || length > MAX_STRING)
		return NULL;
	quote_text((const uint8_t *)chars, size, MAX_STRING, text, sizeof(text));
	return arena_printf(variable->arena, "string:%s", text);
}

/*
 * A text in an array is one value: somebody's own text may have the same bytes where the two differ. Returns false if
 * one of them is no text.
 */
static bool add_text(struct variable *variable, const struct lvalue *lvalue)
{
	const struct diff *diff = variable->diff;
	const char *before = chars_text(variable, &diff->orig, variable->orig, lvalue);
	const char *now = chars_text(variable, &diff->patched, variable->patched, lvalue);

	if (!before || !now)
		return false;
	*vec_push(&variable->values) = (struct value){
		.place = lvalue->text,
		.form = "text",
		.offset = lvalue->bit / 8,
		.size = lvalue->bits / 8,
		.before = before,
		.now = now,
	};
	return true;
}

/* Where a run of bytes that differ and have no references ends. */
static uint64_t find_run_end(const struct variable *variable, uint64_t at, uint64_t size)
{
	const struct diff *diff = variable->diff;

	while (at < size && !ref_at(&diff->orig, variable->orig, at) &&
	       !ref_at(&diff->patched, variable->patched, at) &&
	       byte_at(&diff->orig, variable->orig, at) != byte_at(&diff->patched, variable->patched, at))
		at++;
	return at;
}

static bool is_aligned(const struct lvalue *lvalue)
{
	return lvalue->kind == LVALUE_BITS ||
	       (lvalue->kind != LVALUE_BYTES && lvalue->kind != LVALUE_CHARS && lvalue->bit % lvalue->bits == 0);
}

/* A text, or characters of which each is a number of its own. */
static void add_chars(struct variable *variable, const struct lvalue *lvalue, uint64_t *bit)
{
	uint64_t end = lvalue->bit + lvalue->bits, last;

	if (add_text(variable, lvalue)) {
		*bit = end;
		return;
	}
	last = find_last_end(variable, *bit / 8, end / 8);
	add_bytes(variable, *bit / 8, last);
	*bit = last * 8;
}

/* A part that has a name. Returns NULL, or why it is no plain write. */
static const char *add_part(struct variable *variable, const struct lvalue *lvalue, bool has_ref, uint64_t *bit)
{
	uint64_t end = lvalue->bit + lvalue->bits;

	if (lvalue->is_const)
		return "const-member";
	if (is_code_switch(lvalue->outer))
		return "code-switch";
	if (has_ref && (lvalue->kind == LVALUE_BITS || !is_aligned(lvalue)))
		return "relocation";
	if (lvalue->kind == LVALUE_CHARS) {
		add_chars(variable, lvalue, bit);
		return NULL;
	}
	*bit = end;
	if (!is_aligned(lvalue)) {
		add_bytes(variable, lvalue->bit / 8, end / 8);
		return NULL;
	}
	if (has_ref || lvalue->kind == LVALUE_POINTER || lvalue->kind == LVALUE_ENTRY)
		return add_pointer(variable, lvalue);
	add_number(variable, lvalue);
	return NULL;
}

/* One place, with the difference at *bit, which is moved behind it. Returns NULL, or why it is no plain write. */
static const char *add_value(struct variable *variable, uint64_t size, uint64_t *bit)
{
	const struct diff *diff = variable->diff;
	uint64_t at = *bit / 8;
	bool has_ref = ref_at(&diff->orig, variable->orig, at) || ref_at(&diff->patched, variable->patched, at);
	const char *name = side_piece(&diff->patched, variable->patched)->name;
	struct lvalue lvalue;

	/* (Broken debug information may have parts that lead out of it.) */
	if (lvalue_find(variable->types, variable->node, name, *bit, has_ref, variable->arena, &lvalue) &&
	    lvalue.bits <= size * 8 - lvalue.bit)
		return add_part(variable, &lvalue, has_ref, bit);
	if (has_ref)
		return "relocation";
	*bit = find_run_end(variable, at, size) * 8;
	add_bytes(variable, at, *bit / 8);
	return NULL;
}

/* The first bit that differs of the byte that holds bit *bit, from there on. A reference counts as the whole. */
static bool find_bit(const struct variable *variable, uint64_t *bit)
{
	const struct diff *diff = variable->diff;
	bool is_big_endian = diff->orig.obj->arch->is_big_endian;
	uint64_t at = *bit / 8;
	unsigned int bits = byte_at(&diff->orig, variable->orig, at) ^ byte_at(&diff->patched, variable->patched, at);

	if (ref_at(&diff->orig, variable->orig, at) || ref_at(&diff->patched, variable->patched, at))
		return true;
	for (uint64_t next = *bit; next / 8 == at; next++) {
		if (bits >> bytes_shift_of_bit(next % 8, is_big_endian) & 1) {
			*bit = next;
			return true;
		}
	}
	return false;
}

/* Fills values. Returns NULL, or why they are no plain writes. */
static const char *find_values(struct variable *variable)
{
	const struct diff *diff = variable->diff;
	uint64_t size = content_size(&diff->patched, variable->patched), bit = 0;

	while (bit < size * 8) {
		uint64_t at = bit / 8, left = size - at;
		uint64_t next = data_find_difference(&diff->orig, variable->orig, at, &diff->patched, variable->patched,
						     at, left, diff->corr, variable->lines);
		const char *why;

		if (next == left)
			break;
		if (next)
			bit = (at + next) * 8;
		if (!find_bit(variable, &bit)) {
			bit = (bit / 8 + 1) * 8;
			continue;
		}
		why = variable->values.n == MAX_VALUES ? "many" : add_value(variable, size, &bit);
		if (why)
			return why;
	}
	return NULL;
}

/* Why a callback can't write to the variable, whatever is to be written; NULL: it can. */
static const char *find_bar(const struct diff *diff, uint32_t p, enum difference why)
{
	const struct piece *piece = side_piece(&diff->patched, p);
	const struct elf_sec *orig = side_section(&diff->orig, side_piece(&diff->orig, diff->corr->to_orig[p]));

	switch (data_classify(orig)) {
	case DATA_CONST:
	case DATA_RO_AFTER_INIT:
		return "read-only";
	case DATA_PERCPU:
		return "per-cpu";
	case DATA_WRITABLE:
		break;
	}
	if (content_size(&diff->orig, diff->corr->to_orig[p]) != content_size(&diff->patched, p))
		return "size";
	switch (why) {
	case DIFF_KIND:
	case DIFF_SECTION:
		return "section";
	case DIFF_ALIGNMENT:
		return "alignment";
	default:
		break;
	}
	if (pairing_is_numbered(&diff->patched, p))
		return "static-local";
	return is_identifier(piece->name) ? NULL : "nameless";
}

/* Has it a section of its own, so that its changes can be left out by that (KPATCH_IGNORE_SECTION)? */
static bool is_alone_in_section(const struct diff *diff, uint32_t p)
{
	const struct pieces *pieces = diff->patched.pieces;
	uint32_t sec = pieces->v[p].sec;

	return pieces->end_of_sec[sec] - pieces->first_of_sec[sec] == 1;
}

static void put_text(FILE *report, const char *text)
{
	fputc('\t', report);
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' ? '?' : *text, report);
}

static void report_variable(const struct diff *diff, const struct types *types, uint32_t p, FILE *report)
{
	struct variable variable = {
		.diff = diff,
		.types = types,
		.orig = diff->corr->to_orig[p],
		.patched = p,
		.node = find_type(types, side_piece(&diff->patched, p)),
		.arena = arena_new(),
	};
	const char *name = side_piece(&diff->patched, p)->name;
	const char *why = find_bar(diff, p, diff->changes->v[p].why);

	variable.lines = lines_new(&diff->orig, &diff->patched);
	if (!why)
		why = variable.node == TYPE_NONE ? "no-type" : find_values(&variable);
	fputs(why ? "no-values" : "variable", report);
	put_text(report, name);
	put_text(report, why ? why
			 : is_alone_in_section(diff, p)
				 ? side_section(&diff->patched, side_piece(&diff->patched, p))->name
				 : "-");
	fputc('\n', report);
	for (uint32_t i = 0; i < variable.values.n && !why; i++) {
		const struct value *value = &variable.values.v[i];

		fputs("value", report);
		put_text(report, name);
		put_text(report, value->place ? value->place : "-");
		fprintf(report, "\t%llu\t%llu", (unsigned long long)value->offset, (unsigned long long)value->size);
		put_text(report, value->form);
		put_text(report, value->before ? value->before : "unknown");
		put_text(report, value->now);
		put_text(report, value->lasting == LASTING_LIVEPATCH ? "livepatch" : "running");
		fputc('\n', report);
	}
	lines_free(variable.lines);
	vec_free(&variable.values);
	arena_free(variable.arena);
}

static bool is_asked_for(const struct diff *diff, uint32_t p)
{
	const struct change_info *info = &diff->changes->v[p];
	const struct piece *piece = side_piece(&diff->patched, p);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && info->change == CHANGE_CHANGED &&
	       info->labels == LABELS_NONE && !info->copied;
}

/* How many functions the livepatch would replace here: where it replaces none, a callback is all that it has. */
static uint32_t count_functions(const struct diff *diff)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		n += side_piece(&diff->patched, p)->kind == PIECE_FUNC && side_piece(&diff->patched, p)->root == p &&
		     diff->changes->v[p].change == CHANGE_CHANGED && is_included(diff, p);
	return n;
}

void values_report(const struct diff *diff, FILE *report)
{
	struct types *types = NULL;
	bool is_read = false;

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct debug_info *debug;

		if (!is_asked_for(diff, p))
			continue;
		debug = is_read ? NULL : debug_of(diff->patched.obj);
		if (debug)
			types = types_new(debug);
		is_read = true;
		report_variable(diff, types, p, report);
	}
	if (is_read)
		fprintf(report, "functions\t%u\n", count_functions(diff));
	types_free(types);
}
