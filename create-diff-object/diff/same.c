// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two pieces are the same if their bytes are equal outside of relocated fields, their references mean the same things
 * in the same way, and the entries of special tables that belong to them are equal too. Line numbers of the source may
 * differ, where they are known to be that: see diff/lines.c.
 *
 * Named things are the same if they are partners. Strings, constants and data without identity have no partner: they
 * are the same if their contents are.
 */
#include "diff/same.h"

#include <string.h>

#include "arch/arch.h"
#include "diff/attributes.h"
#include "diff/lines.h"
#include "diff/pairing.h"

/* How deep contents are followed: a table of structures that point to strings is 2. */
#define MAX_DEPTH 8

struct range {
	uint32_t sec;
	uint64_t start, end;
	uint64_t ignore_at, ignore_len; /* bytes from start that may differ */
	const struct line_field *line;  /* bits from start that may differ, NULL: none */
};

static struct change_info compare_ranges(const struct same *same, const struct range *o, const struct range *p,
					 int depth);

static struct range piece_range(const struct side *side, const struct piece *piece)
{
	return (struct range){
		.sec = piece->sec,
		.start = piece->start,
		.end = piece->end,
		.line = piece->kind != PIECE_FUNC ? line_field_of_section(side_section(side, piece)->name) : NULL,
	};
}

/* Are they strings of bytes, referred to at site, that differ in nothing but line numbers? */
static bool same_text(const struct same *same, const struct line_site *site, const struct elf_sec *o, uint64_t o_at,
		      const struct elf_sec *p, uint64_t p_at)
{
	const char *o_text = (const char *)o->data + o_at, *p_text = (const char *)p->data + p_at;

	return o->entsize <= 1 && o_at < o->size && p_at < p->size && memchr(o_text, 0, o->size - o_at) &&
	       memchr(p_text, 0, p->size - p_at) && lines_same_text(same->lines, site, o_text, p_text);
}

/* Equal strings, both ended by a zero element inside of their sections? An element has 1, 2 or 4 bytes. */
static bool same_string(const struct same *same, const struct line_site *site, const struct elf_sec *o, uint64_t o_at,
			const struct elf_sec *p, uint64_t p_at)
{
	static const uint8_t zero[8];
	uint64_t unit = o->entsize ? o->entsize : 1;

	if (o->entsize != p->entsize || unit > sizeof(zero))
		return false;
	if (o_at >= o->size || p_at >= p->size)
		return o_at == o->size && p_at == p->size;
	for (uint64_t i = 0; o_at + i + unit <= o->size && p_at + i + unit <= p->size; i += unit) {
		if (memcmp(o->data + o_at + i, p->data + p_at + i, unit))
			return same_text(same, site, o, o_at, p, p_at);
		if (!memcmp(o->data + o_at + i, zero, unit))
			return true;
	}
	return false;
}

static bool same_constant(const struct elf_sec *o, uint64_t o_at, const struct elf_sec *p, uint64_t p_at)
{
	uint64_t size = o->entsize ? o->entsize : 1;

	return o->entsize == p->entsize && o_at < o->size && p_at < p->size && o_at % size == p_at % size &&
	       o_at - o_at % size + size <= o->size && p_at - p_at % size + size <= p->size &&
	       !memcmp(o->data + (o_at - o_at % size), p->data + (p_at - p_at % size), size);
}

static bool same_contents(const struct same *same, const struct piece *o, const struct piece *p, int depth)
{
	struct range o_range = piece_range(same->orig, o), p_range = piece_range(same->patched, p);

	return compare_ranges(same, &o_range, &p_range, depth + 1).change == CHANGE_SAME;
}

/* The same distance into the same object: nothing is known of where an index leads from there, but it stays inside. */
static bool same_pooled(const struct same *same, const struct line_site *site, const struct ref *o_ref,
			const struct elf_sec *o_sec, const struct ref *p_ref, const struct elf_sec *p_sec)
{
	uint64_t o_at = side_object_start(same->orig, o_ref), p_at = side_object_start(same->patched, p_ref);

	if ((uint64_t)o_ref->target - o_at != (uint64_t)p_ref->target - p_at)
		return false;
	return o_sec->flags & SHF_STRINGS ? same_string(same, site, o_sec, o_at, p_sec, p_at)
					  : same_constant(o_sec, o_at, p_sec, p_at);
}

/* What has no identity, stands behind a piece, and may be reached from a place before it; or PIECE_NONE. */
static uint32_t anonymous_neighbour(const struct side *side, const struct ref *ref)
{
	const struct piece *piece = side_piece(side, ref->piece), *next = piece + 1;

	if (ref->piece + 1 == side->pieces->end_of_sec[piece->sec] || !next->anonymous)
		return PIECE_NONE;
	return next->entry - piece->entry - (uint64_t)ref->target <= next->end - next->entry ? ref->piece + 1
											     : PIECE_NONE;
}

/*
 * A computed address may lead into what stands behind: a[i - 1] is less than a[] away from where it points. What has a
 * name is compared by itself; what has no identity only here.
 */
static bool same_neighbours(const struct same *same, const struct ref *o_ref, const struct ref *p_ref, int depth)
{
	uint32_t o = o_ref->arithmetic != REF_AS_IS ? anonymous_neighbour(same->orig, o_ref) : PIECE_NONE;
	uint32_t p = p_ref->arithmetic != REF_AS_IS ? anonymous_neighbour(same->patched, p_ref) : PIECE_NONE;

	if (o == PIECE_NONE || p == PIECE_NONE)
		return o == p;
	return side_piece(same->orig, o)->entry - side_piece(same->orig, o_ref->piece)->entry ==
		       side_piece(same->patched, p)->entry - side_piece(same->patched, p_ref->piece)->entry &&
	       same_contents(same, side_piece(same->orig, o), side_piece(same->patched, p), depth);
}

/* Is it the same distance from a symbol that they do not define, or from the start of a section without pieces? */
static bool same_symbol(const struct same *same, const struct ref *o_ref, const struct ref *p_ref)
{
	return o_ref->target == p_ref->target && side_find_entry(same->orig, o_ref) == ENTRY_NONE &&
	       side_find_entry(same->patched, p_ref) == ENTRY_NONE &&
	       !strcmp(same->orig->obj->syms[o_ref->sym].name, same->patched->obj->syms[p_ref->sym].name);
}

/* Which of the entries that its function has in this table is it? */
static uint32_t number_of_entry(const struct side *side, uint32_t id)
{
	const struct entry *entry = &side->entries->v[id];
	uint32_t number = 0;

	for (uint32_t i = 0; i < side->entries->count[entry->owner]; i++) {
		const struct entry *other = side_entry(side, entry->owner, i);

		number += other->row == entry->row && other->offset < entry->offset;
	}
	return number;
}

/*
 * Do both references, which mean no piece, mean the same place of an entry for the same function? What is in the
 * entries is compared with the function (compare_entries()).
 */
static bool same_place_of_entry(const struct same *same, const struct ref *o_ref, const struct ref *p_ref)
{
	uint32_t o_id = side_find_entry(same->orig, o_ref), p_id = side_find_entry(same->patched, p_ref);
	const struct entry *o, *p;

	if (o_id == ENTRY_NONE || p_id == ENTRY_NONE)
		return false;
	o = &same->orig->entries->v[o_id];
	p = &same->patched->entries->v[p_id];
	return o->row == p->row && o->owner != PIECE_NONE && p->owner != PIECE_NONE &&
	       same->corr->to_patched[o->owner] == p->owner &&
	       (uint64_t)o_ref->target - o->offset == (uint64_t)p_ref->target - p->offset &&
	       number_of_entry(same->orig, o_id) == number_of_entry(same->patched, p_id);
}

/* Do both references mean the same, one of section o_from and one of p_from? */
static bool same_target(const struct same *same, uint32_t o_from, const struct ref *o_ref, uint32_t p_from,
			const struct ref *p_ref, int depth)
{
	const struct line_site site = {o_from, p_from, o_ref->offset, p_ref->offset};
	const struct piece *o, *p;
	const struct elf_sec *o_sec, *p_sec;

	if (o_ref->type != p_ref->type || o_ref->is_branch != p_ref->is_branch || o_ref->shift != p_ref->shift)
		return false;
	if (o_ref->piece == PIECE_NONE || p_ref->piece == PIECE_NONE)
		return o_ref->piece == p_ref->piece &&
		       (same_place_of_entry(same, o_ref, p_ref) || same_symbol(same, o_ref, p_ref));
	o = side_piece(same->orig, o_ref->piece);
	p = side_piece(same->patched, p_ref->piece);
	if (o->class != p->class || depth >= MAX_DEPTH)
		return false;
	if (same->corr->to_patched[o_ref->piece] == p_ref->piece)
		return o_ref->target == p_ref->target && same_neighbours(same, o_ref, p_ref, depth);
	o_sec = side_section(same->orig, o);
	p_sec = side_section(same->patched, p);
	switch (o->class) {
	case SEC_UNKNOWN:
		return false;
	case SEC_STRINGS:
	case SEC_CONST:
		return same_pooled(same, &site, o_ref, o_sec, p_ref, p_sec);
	case SEC_SPECIAL_TEXT: {
		struct range o_range = {.sec = o->sec, .start = (uint64_t)o_ref->target}, p_range = o_range;

		/* Replacements are compared with their entry; here it is a branch to a block of .altinstr_aux. */
		p_range.sec = p->sec;
		p_range.start = (uint64_t)p_ref->target;
		o_range.end = refs_special_text_end(same->orig->obj, o->sec, o_range.start);
		p_range.end = refs_special_text_end(same->patched->obj, p->sec, p_range.start);
		return compare_ranges(same, &o_range, &p_range, depth + 1).change == CHANGE_SAME;
	}
	default:
		return o->anonymous && p->anonymous && o->kind == p->kind &&
		       (o->kind == PIECE_ANON || sym_name_same_base(o->name, p->name)) &&
		       o_ref->target == p_ref->target && same_contents(same, o, p, depth) &&
		       same_neighbours(same, o_ref, p_ref, depth);
	}
}

static struct change_info differs(enum difference why, uint64_t where)
{
	return (struct change_info){.change = CHANGE_CHANGED, .why = why, .where = where};
}

/* Data of .bss has no bytes in the file. */
static uint8_t byte_at(const struct elf_sec *sec, uint64_t offset)
{
	return sec->data ? sec->data[offset] : 0;
}

/* Is the byte at i of both ranges one whose value has no meaning, as far as it differs? */
static bool may_differ(const struct side *side, const struct range *o, const struct elf_sec *o_sec,
		       const struct range *p, const struct elf_sec *p_sec, uint64_t i)
{
	const struct line_field *line = o->line == p->line ? o->line : NULL;
	unsigned int bits = byte_at(o_sec, o->start + i) ^ byte_at(p_sec, p->start + i);

	if (side->exact && !(line && line->is_for_people))
		return false;
	if (!side->exact && i >= o->ignore_at && i < o->ignore_at + o->ignore_len)
		return true;
	return line && i >= line->offset && i < line->offset + sizeof(line->mask) &&
	       !(bits &
		 ~bytes_byte_of(line->mask, sizeof(line->mask), i - line->offset, side->obj->arch->is_big_endian));
}

/* Where the references of both ranges begin to mean different things, bytes from their starts; length if nowhere. */
static uint64_t find_other_target(const struct same *same, const struct range *o, const struct range *p,
				  uint64_t length, int depth)
{
	const struct ref *o_refs, *p_refs;
	uint32_t o_n = refs_in_range(same->orig->refs, o->sec, o->start, o->start + length, &o_refs);
	uint32_t p_n = refs_in_range(same->patched->refs, p->sec, p->start, p->start + length, &p_refs);

	for (uint32_t i = 0; i < o_n && i < p_n; i++) {
		uint64_t o_at = o_refs[i].offset - o->start, p_at = p_refs[i].offset - p->start;

		if (o_at != p_at || !same_target(same, o->sec, &o_refs[i], p->sec, &p_refs[i], depth))
			return o_at < p_at ? o_at : p_at;
	}
	if (o_n == p_n)
		return length;
	return o_n > p_n ? o_refs[p_n].offset - o->start : p_refs[o_n].offset - p->start;
}

/* The bits of the byte at a place of the original that no relocated field has; n: of refs, those up to there. */
static uint8_t kept_bits(const struct same *same, const struct ref *refs, uint32_t n, uint64_t at)
{
	const struct arch_ops *arch = same->orig->obj->arch;
	uint8_t bits = 0xff;

	for (uint32_t k = n; k-- && at - refs[k].offset < ARCH_FIELD_MAX;)
		bits &= arch_kept_bits(arch, arch->reloc(refs[k].type), at - refs[k].offset);
	return bits;
}

/* Where the bytes outside of relocated fields differ, bytes from the starts of both ranges; length if nowhere. */
static uint64_t find_other_bytes(const struct same *same, const struct range *o, const struct range *p, uint64_t length)
{
	const struct elf_sec *o_sec = &same->orig->obj->secs[o->sec], *p_sec = &same->patched->obj->secs[p->sec];
	struct line_cursor cursor = {o->sec, p->sec, o->start, p->start, false};
	bool is_text = elf_sec_is_text(o_sec) && elf_sec_is_text(p_sec);
	const struct ref *refs;
	uint32_t n = refs_in_range(same->orig->refs, o->sec, o->start, o->start + length, &refs), next = 0;
	uint64_t line_end = 0;

	for (uint64_t i = 0; (o_sec->data || p_sec->data) && i < length; i++) {
		uint8_t bits = byte_at(o_sec, o->start + i) ^ byte_at(p_sec, p->start + i);

		if (!bits || o->start + i < line_end)
			continue;
		while (next < n && refs[next].offset <= o->start + i)
			next++;
		if (!(bits & kept_bits(same, refs, next, o->start + i)) ||
		    may_differ(same->orig, o, o_sec, p, p_sec, i))
			continue;
		line_end = is_text ? lines_skip(same->lines, &cursor, o->start + i, p->start + i) : 0;
		if (!line_end)
			return i;
	}
	return length;
}

static struct change_info compare_ranges(const struct same *same, const struct range *o, const struct range *p,
					 int depth)
{
	uint64_t o_size = o->end - o->start, p_size = p->end - p->start, length = o_size < p_size ? o_size : p_size;
	uint64_t target, bytes;

	/* Several references may stand at one place. Up to the first that differs the fields of both are the same. */
	target = find_other_target(same, o, p, length, depth);
	bytes = find_other_bytes(same, o, p, target);
	if (o_size != p_size)
		return differs(DIFF_SIZE, bytes);
	if (bytes < target)
		return differs(DIFF_BYTES, bytes);
	return target < length ? differs(DIFF_TARGET, target) : (struct change_info){.change = CHANGE_SAME};
}

static struct range entry_range(const struct entry *entry)
{
	return (struct range){
		.sec = entry->sec,
		.start = entry->offset,
		.end = entry->offset + entry->present,
		.ignore_at = entry->line_at,
		.ignore_len = entry->line_at ? 2 : 0,
	};
}

static struct range replacement_range(const struct side *side, const struct entry *entry)
{
	struct replacement replacement = {0};

	side_replacement(side, entry, &replacement);
	return (struct range){.sec = replacement.sec, .start = replacement.start, .end = replacement.end};
}

static bool same_entry(const struct same *same, const struct entry *o, const struct entry *p)
{
	struct range o_range = entry_range(o), p_range = entry_range(p);

	if (!o->row->repl_at)
		return compare_ranges(same, &o_range, &p_range, 0).change == CHANGE_SAME;
	/* The field that points to the replacement is followed here; the rest of the entry is compared around it. */
	o_range.end = o_range.start + o->row->repl_at;
	p_range.end = p_range.start + o->row->repl_at;
	if (compare_ranges(same, &o_range, &p_range, 0).change != CHANGE_SAME)
		return false;
	o_range = entry_range(o);
	p_range = entry_range(p);
	o_range.start += o->row->repl_at + 4;
	p_range.start += o->row->repl_at + 4;
	if (compare_ranges(same, &o_range, &p_range, 0).change != CHANGE_SAME)
		return false;
	o_range = replacement_range(same->orig, o);
	p_range = replacement_range(same->patched, p);
	return compare_ranges(same, &o_range, &p_range, 0).change == CHANGE_SAME;
}

/* The next entry of a piece, from index *i on, of a table that decides. */
static const struct entry *next_entry(const struct side *side, uint32_t piece, uint32_t *i)
{
	while (*i < side->entries->count[piece]) {
		const struct entry *entry = side_entry(side, piece, (*i)++);

		if (entry->row->decides)
			return entry;
	}
	return NULL;
}

/*
 * Finds the first entries of a table that differ; both are NULL if none do. Tables follow each other in the order of
 * sections, which may differ: compare table by table.
 */
static void find_entries_of(const struct same *same, uint32_t orig, uint32_t patched, const struct special_row *row,
			    struct change_info *info)
{
	uint32_t i = 0, k = 0;

	do {
		do
			info->orig_entry = next_entry(same->orig, orig, &i);
		while (info->orig_entry && info->orig_entry->row != row);
		do
			info->entry = next_entry(same->patched, patched, &k);
		while (info->entry && info->entry->row != row);
	} while (info->orig_entry && info->entry && same_entry(same, info->orig_entry, info->entry));
}

static struct change_info compare_entries(const struct same *same, uint32_t orig, uint32_t patched)
{
	struct change_info info = {.change = CHANGE_CHANGED, .why = DIFF_ENTRY};
	const struct entry *entry;

	for (uint32_t i = 0; (entry = next_entry(same->orig, orig, &i));) {
		find_entries_of(same, orig, patched, entry->row, &info);
		if (info.orig_entry || info.entry)
			return info;
	}
	for (uint32_t i = 0; (entry = next_entry(same->patched, patched, &i));) {
		find_entries_of(same, orig, patched, entry->row, &info);
		if (info.orig_entry || info.entry)
			return info;
	}
	return (struct change_info){.change = CHANGE_SAME};
}

/* Bytes that only keep a distance. */
static bool is_padding(const struct side *side, const struct range *range)
{
	const struct elf_obj *obj = side->obj;
	const struct elf_sec *sec = &obj->secs[range->sec];
	const struct ref *refs;
	uint64_t at = range->start;

	if (refs_in_range(side->refs, range->sec, range->start, range->end, &refs))
		return false;
	/* What is not in the file may be larger than any. */
	while (sec->data && at < range->end) {
		unsigned int length = elf_sec_is_text(sec) ? obj->arch->padding(sec->data, range->end, at) : 0;

		if (!length && byte_at(sec, at))
			return false;
		at += length ? length : 1;
	}
	return true;
}

static bool is_same_gap(const struct same *same, const struct range *o, const struct range *p)
{
	return (is_padding(same->orig, o) && is_padding(same->patched, p)) ||
	       compare_ranges(same, o, p, 0).change == CHANGE_SAME;
}

/* Are the bytes around two partners the same, which belong to their pieces and to no symbol? */
static bool are_gaps_same(const struct same *same, const struct piece *o, const struct piece *p)
{
	struct range o_range = {.sec = o->sec, .start = o->start, .end = o->entry};
	struct range p_range = {.sec = p->sec, .start = p->start, .end = p->entry};

	if (p->kind == PIECE_ANON)
		return true;
	if (!is_same_gap(same, &o_range, &p_range))
		return false;
	o_range.start = o->end;
	o_range.end = o->region_end;
	p_range.start = p->end;
	p_range.end = p->region_end;
	return is_same_gap(same, &o_range, &p_range);
}

struct change_info same_compare(const struct same *same, uint32_t patched)
{
	uint32_t orig = same->corr->to_orig[patched];
	struct change_info info = {.change = CHANGE_NEW};
	const struct piece *o, *p;
	struct range o_range, p_range;
	enum difference attribute;
	bool gap_differs;

	if (orig == PIECE_NONE)
		return info;
	o = side_piece(same->orig, orig);
	p = side_piece(same->patched, patched);
	attribute = p->kind == PIECE_DATA ? attributes_compare(same->orig, orig, same->patched, patched) : DIFF_NONE;
	if (attribute != DIFF_NONE)
		return differs(attribute, 0);
	o_range = piece_range(same->orig, o);
	p_range = piece_range(same->patched, p);
	/* The padding before a function is no part of it: -fpatchable-function-entry and alignment make it. */
	if (p->kind == PIECE_FUNC) {
		o_range.start = o->entry;
		p_range.start = p->entry;
	}
	info = compare_ranges(same, &o_range, &p_range, 0);
	info.where += p_range.start - p->start;
	gap_differs = !are_gaps_same(same, o, p);
	if (info.change == CHANGE_SAME && p->kind == PIECE_FUNC)
		info = compare_entries(same, orig, patched);
	info.gap_differs = gap_differs;
	return info;
}

bool descriptors_equal(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p,
		       const struct corr *corr, struct lines *lines, bool with_line)
{
	const struct same same = {orig, patched, corr, lines};
	struct range o_range = piece_range(orig, side_piece(orig, o));
	struct range p_range = piece_range(patched, side_piece(patched, p));

	if (with_line)
		o_range.line = p_range.line = NULL;
	return compare_ranges(&same, &o_range, &p_range, 0).change == CHANGE_SAME;
}

uint64_t data_find_difference(const struct side *orig, uint32_t o, uint64_t o_at, const struct side *patched,
			      uint32_t p, uint64_t p_at, uint64_t len, const struct corr *corr, struct lines *lines)
{
	const struct same same = {orig, patched, corr, lines};
	const struct piece *o_piece = side_piece(orig, o), *p_piece = side_piece(patched, p);
	const struct range o_range = {
		.sec = o_piece->sec, .start = o_piece->entry + o_at, .end = o_piece->entry + o_at + len};
	const struct range p_range = {
		.sec = p_piece->sec, .start = p_piece->entry + p_at, .end = p_piece->entry + p_at + len};
	struct change_info info = compare_ranges(&same, &o_range, &p_range, 0);

	return info.change == CHANGE_SAME ? len : info.where;
}

/* What of a section has no partner is only compared here. Both sections are the same, up to guesses. */
static void warn_of_section(const struct same *same, const struct range *o, const struct range *p, struct diag *diag)
{
	const struct pieces *pieces = same->patched->pieces;
	const struct line_guess *guesses;
	uint32_t told = lines_guesses(same->lines, &guesses), n;

	for (uint32_t id = pieces->first_of_sec[p->sec]; id != PIECE_NONE && id < pieces->end_of_sec[p->sec]; id++) {
		const struct range there = {
			.sec = o->sec, .start = pieces->v[id].start, .end = pieces->v[id].region_end};
		struct range here = there;

		here.sec = p->sec;
		lines_begin(same->lines, id);
		if (same->corr->to_orig[id] == PIECE_NONE)
			compare_ranges(same, &there, &here, 0);
	}
	n = lines_guesses(same->lines, &guesses);
	for (uint32_t i = told; i < n; i++)
		lines_warn(same->lines, &guesses[i], pieces->v[guesses[i].owner].name, diag);
}

bool sections_equal(const struct side *orig, uint32_t orig_sec, const struct side *patched, uint32_t patched_sec,
		    const struct corr *corr, struct diag *diag)
{
	const struct elf_sec *o_sec = &orig->obj->secs[orig_sec], *p_sec = &patched->obj->secs[patched_sec];
	const struct same same = {orig, patched, corr, lines_new(orig, patched)};
	const struct range o = {.sec = orig_sec, .end = o_sec->size};
	const struct range p = {.sec = patched_sec, .end = p_sec->size};
	bool equal = o_sec->flags == p_sec->flags && compare_ranges(&same, &o, &p, 0).change == CHANGE_SAME;

	if (equal)
		warn_of_section(&same, &o, &p, diag);
	lines_free(same.lines);
	return equal;
}
