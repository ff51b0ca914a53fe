// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members are paired by name. One that is only renamed keeps its place and type, which is no difference for objects
 * that exist; one in the place of another that went is. What is new in former padding leaves all others where they are.
 */
#include "diff/type-diff.h"

#include <dwarf.h>
#include <string.h>

#include "elf/members.h"
#include "util/arena.h"

/* Differences that a message names; the others are counted. */
#define MAX_TOLD 4

struct list {
	struct arena *arena;
	const char *text;
	unsigned int n;
};

#define add(list, ...) add_text(list, (list)->n < MAX_TOLD ? arena_printf((list)->arena, __VA_ARGS__) : NULL)

static void add_text(struct list *list, const char *text)
{
	if (list->n++ < MAX_TOLD)
		list->text = list->text ? arena_printf(list->arena, "%s, %s", list->text, text) : text;
}

static void worsen(struct type_diff *diff, enum type_difference difference)
{
	if (diff->difference < difference)
		diff->difference = difference;
}

static const char *place_text(struct arena *arena, const struct member *member)
{
	unsigned long long byte = member->bit / 8, bit = member->bit % 8;

	return member->is_bitfield ? arena_printf(arena, "+0x%llx bit %llu", byte, bit)
				   : arena_printf(arena, "+0x%llx", byte);
}

static const char *size_text(struct arena *arena, const struct member *member)
{
	return member->bits % 8 || member->is_bitfield
		       ? arena_printf(arena, "%llu bits", (unsigned long long)member->bits)
		       : arena_printf(arena, "%llu bytes", (unsigned long long)member->bits / 8);
}

/* The member of that name, first where it was before. */
static const struct member *find_member(const member_vec *members, const char *name, uint32_t guess)
{
	if (guess < members->n && !strcmp(members->v[guess].name, name))
		return &members->v[guess];
	for (uint32_t i = 0; i < members->n; i++)
		if (!strcmp(members->v[i].name, name))
			return &members->v[i];
	return NULL;
}

static bool overlaps(const struct member *a, const struct member *b)
{
	return a->bit < b->bit + b->bits && b->bit < a->bit + a->bits;
}

/* The dimensions of an array, "" for what is none. */
static const char *dimensions(const char *text)
{
	const char *bracket = strchr(text, '[');

	return bracket ? bracket : "";
}

static enum type_difference compare_texts(struct types *orig, uint32_t o, struct types *patched, uint32_t p)
{
	const char *before = type_text(orig, o), *now = type_text(patched, p);

	if (!strcmp(before, now))
		return TYPE_SAME;
	return type_is_numeric(orig, o) && type_is_numeric(patched, p) && !strcmp(dimensions(before), dimensions(now))
		       ? TYPE_RANGE
		       : TYPE_MEANING;
}

static void compare_members(struct types *orig, const struct member *o, struct types *patched, const struct member *p,
			    struct list *list, struct type_diff *diff)
{
	enum type_difference difference;

	if (o->bit != p->bit) {
		worsen(diff, TYPE_LAYOUT);
		add(list, "%s moved from %s to %s", o->name, place_text(list->arena, o), place_text(list->arena, p));
	} else if (o->bits != p->bits || o->is_bitfield != p->is_bitfield) {
		worsen(diff, TYPE_LAYOUT);
		add(list, "%s has %s instead of %s", o->name, size_text(list->arena, p), size_text(list->arena, o));
	} else {
		difference = compare_texts(orig, o->node, patched, p->node);
		worsen(diff, difference);
		if (difference)
			add(list, "%s is '%s' instead of '%s'", o->name, type_text(patched, p->node),
			    type_text(orig, o->node));
	}
}

/* A member that only the patched type has. */
static void compare_new(struct types *orig, const member_vec *o, struct types *patched, const member_vec *p,
			const struct member *added, struct list *list, struct type_diff *diff)
{
	bool is_padding = true;

	for (uint32_t i = 0; i < o->n; i++) {
		const struct member *was = &o->v[i];

		if (!overlaps(was, added))
			continue;
		is_padding = false;
		if (find_member(p, was->name, i) || (was->bit == added->bit && was->bits == added->bits &&
						     compare_texts(orig, was->node, patched, added->node) == TYPE_SAME))
			continue;
		worsen(diff, TYPE_LAYOUT);
		add(list, "%s is where %s was", added->name, was->name);
		return;
	}
	if (!is_padding || diff->difference > TYPE_ADDED)
		return;
	worsen(diff, TYPE_ADDED);
	add(list, "%s at %s", added->name, place_text(list->arena, added));
}

static void compare_structures(struct types *orig, uint32_t o, struct types *patched, uint32_t p, struct list *list,
			       struct type_diff *diff)
{
	uint64_t o_size = type_size(orig, o), p_size = type_size(patched, p);
	member_vec before = {0}, after = {0};

	members_find(orig, o, &before);
	members_find(patched, p, &after);
	if (o_size != p_size) {
		worsen(diff, TYPE_LAYOUT);
		add(list, "%llu bytes instead of %llu", (unsigned long long)p_size, (unsigned long long)o_size);
	}
	if (type_alignment(patched, p) > type_alignment(orig, o)) {
		worsen(diff, TYPE_LAYOUT);
		add(list, "aligned to %llu bytes", (unsigned long long)type_alignment(patched, p));
	}
	for (uint32_t i = 0; i < before.n; i++) {
		const struct member *same = find_member(&after, before.v[i].name, i);

		if (same)
			compare_members(orig, &before.v[i], patched, same, list, diff);
	}
	for (uint32_t i = 0; i < after.n; i++)
		if (!find_member(&before, after.v[i].name, i))
			compare_new(orig, &before, patched, &after, &after.v[i], list, diff);
	vec_free(&before);
	vec_free(&after);
}

static void finish(const struct list *list, struct type_diff *diff)
{
	diff->what = list->n > MAX_TOLD ? arena_printf(list->arena, "%s and %u more", list->text, list->n - MAX_TOLD)
					: list->text;
}

void type_diff(struct types *orig, uint32_t o, struct types *patched, uint32_t p, struct arena *arena,
	       struct type_diff *diff)
{
	struct list list = {.arena = arena};

	*diff = (struct type_diff){0};
	compare_structures(orig, o, patched, p, &list, diff);
	finish(&list, diff);
}

void type_diff_enumeration(struct types *orig, const struct type_named *named, struct types *patched, uint32_t node,
			   const struct numbers *numbers, struct arena *arena, struct type_diff *diff)
{
	struct list list = {.arena = arena};
	uint64_t size = type_size(orig, named->node), now_size = node == TYPE_NONE ? size : type_size(patched, node);
	enumerator_vec before = {0};

	*diff = (struct type_diff){0};
	/* `BIG = 1L << 40` makes all objects of it longer. */
	if (now_size != size) {
		worsen(diff, TYPE_LAYOUT);
		add(&list, "%llu bytes instead of %llu", (unsigned long long)now_size, (unsigned long long)size);
	}
	enumerators_find(orig, named->node, &before);
	for (uint32_t i = 0; i < before.n; i++) {
		const struct number *now = numbers_get(numbers, arena, named->scope, before.v[i].name);

		if (!now || now->value == before.v[i].value)
			continue;
		worsen(diff, TYPE_LAYOUT);
		add(&list, "%s is %lld instead of %lld", before.v[i].name, (long long)now->value,
		    (long long)before.v[i].value);
	}
	vec_free(&before);
	finish(&list, diff);
}

void type_diff_variable(struct types *orig, uint32_t o, struct types *patched, uint32_t p, bool with_size,
			struct arena *arena, struct type_diff *diff)
{
	uint64_t o_size = type_size(orig, o), p_size = type_size(patched, p);
	struct list list = {.arena = arena};

	*diff = (struct type_diff){0};
	if (o == TYPE_NONE || p == TYPE_NONE)
		return;
	/* extern char end[] has no size. */
	if (o_size == p_size)
		diff->difference = compare_texts(orig, o, patched, p);
	else if (with_size && o_size && p_size)
		diff->difference = TYPE_LAYOUT;
	if (diff->difference && strcmp(type_text(patched, p), type_text(orig, o)))
		add(&list, "it is '%s' instead of '%s'", type_text(patched, p), type_text(orig, o));
	else if (diff->difference)
		add(&list, "it has %llu bytes instead of %llu", (unsigned long long)p_size, (unsigned long long)o_size);
	finish(&list, diff);
}
