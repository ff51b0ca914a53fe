// SPDX-License-Identifier: GPL-2.0
/*
 * Two compilations of one file differ in numbers that mean nothing: of sections, symbols, strings, and the counter in
 * the name of a static local. So a reference is compared by what it means: the name of a function or variable and the
 * distance from it; the text of a string; the content of a constant without a name. Bytes are compared outside the
 * fields of references.
 *
 * Static locals are paired by use: where two functions have the same bytes, what one refers to is what the other refers
 * to. What is left is paired by function and order, if both have as many.
 */
#include "compare.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 12

const struct table tables[] = {
	{"__ex_table", 2, false},
	{"__bug_table", 2, false},
	{".altinstructions", 2, false},
	{".parainstructions", 1, false},
	{"__jump_table", 3, false},
	{".static_call_sites", 2, true},
	{NULL, 0, false},
};

bool is_writable(const struct section *section)
{
	return section->flags & SHF_WRITE && strncmp(section->name, ".data.rel.ro", 12) &&
	       strncmp(section->name, ".data..ro_after_init", 20);
}

static bool is_numbered(const struct symbol *symbol)
{
	return strcmp(symbol->base, symbol->name);
}

bool is_anonymous(const struct point *point)
{
	if (!point->section || is_code(point->section))
		return false;
	if (point->section->flags & SHF_MERGE || !point->symbol || !strncmp(point->section->name, ".data..Lubsan", 13))
		return true;
	return is_numbered(point->symbol) && !is_writable(point->section) && point->symbol->bind == STB_LOCAL;
}

static bool is_copy(const struct reference *ref)
{
	return ref->type != R_X86_64_NONE && ref->width;
}

bool same_type(const struct reference *a, const struct reference *b)
{
	unsigned int x = a->type == R_X86_64_PLT32 ? R_X86_64_PC32 : a->type,
		     y = b->type == R_X86_64_PLT32 ? R_X86_64_PC32 : b->type;

	return x == y && a->width == b->width;
}

/* Bytes of two ranges, but for the fields that references of either have. */
bool same_bytes(const struct section *as, uint64_t ao, const struct section *bs, uint64_t bo, uint64_t size)
{
	unsigned char *mask;
	bool same = true;

	if (ao + size > as->size || bo + size > bs->size)
		return false;
	if (!as->bytes || !bs->bytes) {
		const struct section *full = as->bytes ? as : bs;

		if (!as->bytes && !bs->bytes)
			return true;
		for (uint64_t i = 0; i < size; i++)
			if (full->bytes[(full == as ? ao : bo) + i])
				return false;
		return true;
	}
	mask = take(size);
	for (int side = 0; side < 2; side++) {
		uint64_t from = side ? bo : ao;
		size_t n;
		struct reference *refs = refs_from(side ? bs : as, from, from + size, &n);

		for (size_t i = 0; i < n; i++)
			for (unsigned int b = 0;
			     is_copy(&refs[i]) && b < refs[i].width && refs[i].offset + b < from + size; b++)
				mask[refs[i].offset + b - from] = 1;
	}
	for (uint64_t i = 0; i < size && same; i++)
		same = mask[i] || as->bytes[ao + i] == bs->bytes[bo + i];
	free(mask);
	return same;
}

bool same_range(struct object *a, struct section *as, uint64_t ao, struct object *b, struct section *bs, uint64_t bo,
		uint64_t size, int depth, const char **why)
{
	size_t n, m;
	struct reference *x = refs_from(as, ao, ao + size, &n), *y = refs_from(bs, bo, bo + size, &m);

	if (n != m || !same_bytes(as, ao, bs, bo, size)) {
		if (why)
			*why = n != m ? "number of references" : "bytes";
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct point p = point_of(a, &x[i]), q = point_of(b, &y[i]);

		if (x[i].offset - ao == y[i].offset - bo && same_type(&x[i], &y[i]) && same_point(&p, &q, depth - 1))
			continue;
		if (why)
			*why = p.symbol ? p.symbol->name : p.section ? p.section->name : "a reference";
		return false;
	}
	return true;
}

/* The text that holds the place, from its beginning. */
static int64_t string_start(const struct section *section, int64_t place)
{
	if (place < 0 || place >= (int64_t)section->size)
		return -1;
	while (place > 0 && section->bytes[place - 1])
		place--;
	return place;
}

static bool same_string(const struct point *a, const struct point *b)
{
	int64_t x = string_start(a->section, a->offset), y = string_start(b->section, b->offset);

	if (x < 0 || y < 0)
		return x < 0 && y < 0 && a->offset == b->offset;
	if (a->offset - x != b->offset - y ||
	    strcmp((const char *)a->section->bytes + x, (const char *)b->section->bytes + y))
		return false;
	/* At the end of a text that is not empty: perhaps what is meant is the text behind, counted from one before. */
	if (a->offset == x || a->section->bytes[a->offset])
		return true;
	struct point next_a = *a, next_b = *b;

	next_a.offset++;
	next_b.offset++;
	if (next_a.offset >= (int64_t)a->section->size || next_b.offset >= (int64_t)b->section->size)
		return next_a.offset - (int64_t)a->section->size == next_b.offset - (int64_t)b->section->size;
	return !strcmp((const char *)a->section->bytes + next_a.offset,
		       (const char *)b->section->bytes + next_b.offset);
}

bool same_point(const struct point *a, const struct point *b, int depth)
{
	if (!a->section || !b->section) {
		/* Defined on one side: a global of this name is that. */
		return a->symbol && b->symbol && a->offset == b->offset && !strcmp(a->symbol->name, b->symbol->name) &&
		       (!a->section || a->symbol->bind != STB_LOCAL) && (!b->section || b->symbol->bind != STB_LOCAL);
	}
	if (is_string(a->section) != is_string(b->section))
		return false;
	if (is_string(a->section))
		return same_string(a, b);
	if (!a->symbol != !b->symbol || a->offset != b->offset)
		return false;
	if (is_anonymous(a) || is_anonymous(b)) {
		uint64_t from_a = a->symbol ? a->symbol->value : 0, from_b = b->symbol ? b->symbol->value : 0;
		uint64_t size = a->symbol ? a->symbol->size : a->section->size;

		if (!is_anonymous(a) || !is_anonymous(b))
			return false;
		if (!a->symbol && a->section->flags & SHF_MERGE) {
			/* One constant of a pool */
			size = a->section->entry_size;
			from_a = a->offset - a->offset % size;
			from_b = b->offset - b->offset % size;
		} else if (size != (b->symbol ? b->symbol->size : b->section->size)) {
			return false;
		}
		return depth <= 0 ||
		       same_range(a->object, a->section, from_a, b->object, b->section, from_b, size, depth, NULL);
	}
	if (a->symbol == b->symbol)
		return true;
	if (a->symbol->other != b->symbol) {
		/* Other names of one place */
		if (!a->symbol->other || a->symbol->other->section != b->symbol->section ||
		    a->symbol->other->value != b->symbol->value)
			return false;
	}
	return !a->symbol->changed;
}

size_t table_entry(const struct section *section, const struct table *table)
{
	unsigned int refs = table->refs;

	/* On newer kernels a bug has its format as well; without CONFIG_DEBUG_BUGVERBOSE it has no file. */
	if (!strcmp(table->name, "__bug_table") && section->size % 12 == 0)
		return 12;
	return section->n_refs ? section->size * refs / section->n_refs : 0;
}

uint64_t *table_entries(struct section *section, const struct table *table, const struct symbol *function, size_t *n)
{
	size_t size = table_entry(section, table);
	uint64_t *entries = take(((size ? section->size / size : 0) + 1) * sizeof(*entries));

	*n = 0;
	for (uint64_t at = 0; size && at + size <= section->size; at += size) {
		size_t count;
		struct reference *refs = refs_from(section, at, at + 1, &count);

		if (!count)
			continue;
		struct point point = point_of(function->object, refs);

		if (point.section && point.section->index == function->section &&
		    point_place(&point) >= (int64_t)function->value &&
		    point_place(&point) < (int64_t)(function->value + function->size))
			entries[(*n)++] = at;
	}
	return entries;
}

/* Replacements of alternatives are code beside the function. */
static bool same_replacement(struct object *a, struct section *as, uint64_t ao, struct object *b, struct section *bs,
			     uint64_t bo, size_t size)
{
	size_t n, m;
	struct reference *x = refs_from(as, ao, ao + size, &n), *y = refs_from(bs, bo, bo + size, &m);
	unsigned int length = as->bytes[ao + size - 1];

	if (n != 2 || m != 2 || !same_bytes(as, ao, bs, bo, size))
		return false;
	struct point p = point_of(a, &x[1]), q = point_of(b, &y[1]);

	if (!p.section || !q.section)
		return false;
	/* Nothing is put there: the address means nothing. */
	return !length || same_range(a, p.section, point_place(&p), b, q.section, point_place(&q), length, DEPTH, NULL);
}

static bool same_entries(struct symbol *a, struct symbol *b, const char **why)
{
	for (const struct table *table = tables; table->name; table++) {
		struct section *as = object_section(a->object, table->name),
			       *bs = object_section(b->object, table->name);
		uint64_t *x = NULL, *y = NULL;
		size_t n = 0, m = 0, size = as ? table_entry(as, table) : 0;
		bool same;

		if (as)
			x = table_entries(as, table, a, &n);
		if (bs)
			y = table_entries(bs, table, b, &m);
		same = n == m;
		for (size_t i = 0; same && i < n; i++) {
			if (!strcmp(table->name, ".altinstructions"))
				same = same_replacement(a->object, as, x[i], b->object, bs, y[i], size);
			else
				same = same_range(a->object, as, x[i], b->object, bs, y[i], size, DEPTH, NULL);
		}
		free(x);
		free(y);
		if (!same) {
			*why = table->name;
			return false;
		}
	}
	return true;
}

bool same_function(struct symbol *a, struct symbol *b, const char **why)
{
	*why = "size";
	return a->size == b->size &&
	       same_range(a->object, &a->object->sections[a->section], a->value, b->object,
			  &b->object->sections[b->section], b->value, a->size, DEPTH, why) &&
	       same_entries(a, b, why);
}

/* ---- pairs ---- */

static void pair(struct symbol *a, struct symbol *b)
{
	a->other = b;
	b->other = a;
}

/* Some NOTYPE symbols of objtool and labels of inline assembly have no size and no identity. */
static bool counts(const struct symbol *symbol)
{
	return symbol->section && symbol->type != STT_SECTION && symbol->type != STT_FILE && symbol->name[0];
}

static bool may_be(const struct symbol *a, const struct symbol *b)
{
	return a->type == b->type && (a->type == STT_FUNC || a->size == b->size);
}

/* Names that were not counted, and counted ones that are the only one on both sides. */
static void pair_by_name(struct object *orig, struct object *patched)
{
	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *a = &orig->symbols[i], *found = NULL;
		size_t n = 0, m = 0;

		if (!counts(a) || a->other)
			continue;
		for (size_t j = 0; j < orig->n_symbols; j++)
			n += counts(&orig->symbols[j]) && !strcmp(orig->symbols[j].base, a->base);
		for (size_t j = 0; j < patched->n_symbols; j++) {
			struct symbol *b = &patched->symbols[j];

			if (!counts(b) || strcmp(a->base, b->base))
				continue;
			m++;
			if (!is_numbered(a) && !strcmp(a->name, b->name) && !b->other)
				found = b;
			if (is_numbered(a) && n == 1)
				found = b;
		}
		if (found && (!is_numbered(a) || (n == 1 && m == 1)))
			pair(a, found);
	}
}

/*
 * A descriptor of pr_debug() is what it says: module, function, file, format and line. Its name is a number that any
 * other descriptor moves.
 */
static bool is_descriptor(const struct symbol *symbol)
{
	return counts(symbol) && !symbol->other && symbol->size &&
	       !strcmp(symbol->object->sections[symbol->section].name, "__dyndbg");
}

/* The only descriptor of object that says what like says, or NULL. */
static struct symbol *find_descriptor(struct symbol *like, struct object *object)
{
	struct symbol *found = NULL;

	for (size_t i = 0; i < object->n_symbols; i++) {
		struct symbol *b = &object->symbols[i];

		if (!is_descriptor(b) || b->size != like->size ||
		    !same_range(like->object, &like->object->sections[like->section], like->value, object,
				&object->sections[b->section], b->value, like->size, DEPTH, NULL))
			continue;
		if (found)
			return NULL;
		found = b;
	}
	return found;
}

static void pair_descriptors(struct object *orig, struct object *patched)
{
	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *a = &orig->symbols[i], *b = is_descriptor(a) ? find_descriptor(a, patched) : NULL;

		if (b && find_descriptor(b, orig) == a)
			pair(a, b);
	}
}

static void pair_by_use(struct object *orig)
{
	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *a = &orig->symbols[i], *b = a->other;
		size_t n, m;

		if (!counts(a) || !b || a->size != b->size)
			continue;
		struct section *as = &a->object->sections[a->section], *bs = &b->object->sections[b->section];
		struct reference *x = refs_from(as, a->value, a->value + a->size, &n),
				 *y = refs_from(bs, b->value, b->value + b->size, &m);

		if (n != m || !same_bytes(as, a->value, bs, b->value, a->size))
			continue;
		for (size_t k = 0; k < n; k++) {
			struct point p = point_of(a->object, &x[k]), q = point_of(b->object, &y[k]);

			if (p.section && q.section && p.symbol && q.symbol && !p.symbol->other && !q.symbol->other &&
			    p.offset == q.offset && !strcmp(p.symbol->base, q.symbol->base) &&
			    may_be(p.symbol, q.symbol))
				pair(p.symbol, q.symbol);
		}
	}
}

static void find_users(struct object *object)
{
	for (size_t i = 0; i < object->n_symbols; i++) {
		struct symbol *function = &object->symbols[i];
		size_t n;

		if (!counts(function) || !is_function(function))
			continue;
		struct reference *refs = refs_from(&object->sections[function->section], function->value,
						   function->value + function->size, &n);

		for (size_t k = 0; k < n; k++) {
			struct point point = point_of(object, &refs[k]);

			if (point.section && point.symbol && !point.symbol->user && is_numbered(point.symbol)) {
				point.symbol->user = function;
				point.symbol->user_place = k;
			}
		}
	}
}

static bool same_group(const struct symbol *a, const struct symbol *b)
{
	const char *x = a->user ? a->user->base : "", *y = b->user ? b->user->base : "";

	return counts(b) && !b->other && !strcmp(a->base, b->base) && may_be(a, b) && !strcmp(x, y);
}

static size_t group_of(struct object *object, const struct symbol *like, struct symbol **group, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < object->n_symbols && n < room; i++)
		if (same_group(like, &object->symbols[i]))
			group[n++] = &object->symbols[i];
	/* In the order of their numbers */
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j && group[j - 1]->number > group[j]->number; j--) {
			struct symbol *swap = group[j];

			group[j] = group[j - 1];
			group[j - 1] = swap;
		}
	return n;
}

static void pair_by_order(struct object *orig, struct object *patched)
{
	enum { MOST = 512 };
	struct symbol *x[MOST], *y[MOST];

	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *a = &orig->symbols[i];
		size_t n, m;

		if (!counts(a) || a->other || !is_numbered(a))
			continue;
		n = group_of(orig, a, x, MOST);
		m = group_of(patched, a, y, MOST);
		for (size_t k = 0; n == m && k < n; k++)
			pair(x[k], y[k]);
		for (size_t k = 0; n && m && n != m && k < m; k++)
			y[k]->ambiguous = true;
	}
}

void pair_symbols(struct object *orig, struct object *patched)
{
	pair_by_name(orig, patched);
	pair_descriptors(orig, patched);
	/* Functions that are told by use tell others. */
	pair_by_use(orig);
	pair_by_use(orig);
	find_users(orig);
	find_users(patched);
	pair_by_order(orig, patched);
}

/* Sections that the running kernel reads once, or that only tools read */
static bool is_data(const struct symbol *symbol)
{
	const struct section *section = &symbol->object->sections[symbol->section];
	static const char *const kinds[] = {".data", ".bss", ".rodata"};

	if (!(section->flags & SHF_ALLOC) || is_code(section) || !symbol->size)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncmp(section->name, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* Returns whether one is found that was not known to have changed. */
static bool find_changed(struct object *orig)
{
	bool found = false;

	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *a = &orig->symbols[i], *b = a->other;

		if (!counts(a) || !b || a->changed || !is_data(a) || !b->section)
			continue;
		struct section *as = &orig->sections[a->section], *bs = &b->object->sections[b->section];
		struct point point = {.object = orig, .section = as, .symbol = a};

		if (is_anonymous(&point))
			continue;
		if (a->size != b->size ||
		    !same_range(orig, as, a->value, b->object, bs, b->value, a->size, DEPTH, NULL))
			a->changed = b->changed = found = true;
	}
	return found;
}

void compare_data(struct object *orig, struct object *patched)
{
	(void)patched;
	/* What holds the address of a variable that changed leads to other content, too. */
	while (find_changed(orig))
		;
}
