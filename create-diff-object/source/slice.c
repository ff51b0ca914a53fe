// SPDX-License-Identifier: GPL-2.0-only
/*
 * A header's new inline function is in the text of thousands of sources, and in the code of those that call it. What
 * is left of a text without all that nobody names, in its order, is compared token by token.
 *
 * Numbers of __COUNTER__ shift behind each new use of it: __UNIQUE_ID_x_12 may be __UNIQUE_ID_x_13, if it is so
 * everywhere, for these names are never used outside of the source.
 */
#include "source/slice.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/names.h"
#include "source/items.h"
#include "source/scan.h"
#include "util/diag.h"
#include "util/memory.h"

#define NONE UINT32_MAX

struct side {
	struct tokens tokens;
	struct items items;
	bool *is_kept; /* of each item */
};

/* Who is declared by which name: lists, by text. */
struct declared {
	uint32_t *first; /* of each text: index into next and item, or NONE */
	VEC(uint32_t) next;
	VEC(uint32_t) item;
};

struct keeper {
	struct side *side;
	struct declared declared;
	VEC(uint32_t) queue;
};

static void keep(struct keeper *k, uint32_t item)
{
	if (k->side->is_kept[item])
		return;
	k->side->is_kept[item] = true;
	vec_add(&k->queue, item);
}

static void keep_named(struct keeper *k, uint32_t text)
{
	for (uint32_t i = k->declared.first[text]; i != NONE; i = k->declared.next.v[i])
		keep(k, k->declared.item.v[i]);
}

/* The word that strings side by side consist of, as in __attribute__((alias("f" "g"))): its text, or NONE. */
static uint32_t word_of_strings(const struct texts *texts, const struct token *token)
{
	char word[256];
	size_t n = 0;

	for (; token->kind == TOKEN_STRING; token++) {
		const char *string = texts->names.v[token->text];
		size_t length = strlen(string);

		if (length < 2 || string[0] != '"' || n + length - 2 >= sizeof(word))
			return NONE;
		memcpy(word + n, string + 1, length - 2);
		n += length - 2;
	}
	word[n] = '\0';
	return strmap_get(&texts->ids, word);
}

/* The compiler may make a call of `f` of __builtin_f(). */
static uint32_t word_of_builtin(const struct texts *texts, uint32_t text)
{
	static const char prefix[] = "__builtin_";
	const char *name = texts->names.v[text];

	return strncmp(name, prefix, strlen(prefix)) ? NONE : strmap_get(&texts->ids, name + strlen(prefix));
}

static void find_declared(struct declared *declared, const struct items *items, const struct texts *texts)
{
	declared->first = malloc(texts->names.n * sizeof(*declared->first));
	if (!declared->first)
		memory_exhausted();
	memset(declared->first, 0xff, texts->names.n * sizeof(*declared->first));
	for (uint32_t i = 0; i < items->all.n; i++) {
		for (uint32_t n = items->all.v[i].names; n < items->all.v[i].names_end; n++) {
			uint32_t text = items->names.v[n];

			vec_add(&declared->next, declared->first[text]);
			declared->first[text] = declared->item.n;
			vec_add(&declared->item, i);
		}
	}
}

static void keep_all_named(struct side *side, const struct texts *texts)
{
	struct keeper k = {.side = side};

	side->is_kept = calloc(side->items.all.n + 1, sizeof(*side->is_kept));
	if (!side->is_kept)
		memory_exhausted();
	find_declared(&k.declared, &side->items, texts);
	for (uint32_t i = 0; i < side->items.all.n; i++)
		if (side->items.all.v[i].is_root)
			keep(&k, i);
	while (k.queue.n) {
		const struct item *item = &side->items.all.v[k.queue.v[--k.queue.n]];

		for (uint32_t i = item->first; i < item->end; i++) {
			const struct token *token = &side->tokens.all.v[i];
			uint32_t text = token->text;

			if (token->kind == TOKEN_STRING) {
				text = word_of_strings(texts, token);
			} else if (token->kind == TOKEN_WORD) {
				uint32_t builtin = word_of_builtin(texts, text);

				if (builtin != NONE)
					keep_named(&k, builtin);
			} else {
				continue;
			}
			if (text != NONE)
				keep_named(&k, text);
		}
	}
	free(k.declared.first);
	vec_free(&k.declared.next);
	vec_free(&k.declared.item);
	vec_free(&k.queue);
}

/* The next item that is kept, from `at` on. */
static uint32_t next_kept(const struct side *side, uint32_t at)
{
	while (at < side->items.all.n && !side->is_kept[at])
		at++;
	return at;
}

/* Words of __COUNTER__ that stand for each other, both ways. */
struct renames {
	uint32_t *to[2]; /* of each text, NONE: not met yet */
};

static bool may_stand_for(struct renames *renames, const struct texts *texts, uint32_t orig, uint32_t patched)
{
	if (!counter_is_word(texts->names.v[orig]))
		return orig == patched;
	if (renames->to[0][orig] == NONE && renames->to[1][patched] == NONE) {
		if (!counter_is_same_word(texts->names.v[orig], texts->names.v[patched]))
			return false;
		renames->to[0][orig] = patched;
		renames->to[1][patched] = orig;
	}
	return renames->to[0][orig] == patched && renames->to[1][patched] == orig;
}

static bool items_equal(const struct side *orig, uint32_t i, const struct side *patched, uint32_t j,
			struct renames *renames, const struct texts *texts)
{
	const struct item *a = &orig->items.all.v[i], *b = &patched->items.all.v[j];

	if (a->end - a->first != b->end - b->first)
		return false;
	for (uint32_t n = 0; n < a->end - a->first; n++) {
		const struct token *left = &orig->tokens.all.v[a->first + n];
		const struct token *right = &patched->tokens.all.v[b->first + n];

		if (left->kind != right->kind || !may_stand_for(renames, texts, left->text, right->text))
			return false;
	}
	return true;
}

static void print_item(FILE *out, const struct side *side, uint32_t i, const struct texts *texts)
{
	const struct item *item;

	if (!out || i >= side->items.all.n)
		return;
	item = &side->items.all.v[i];
	for (uint32_t at = item->first; at < item->end && at < item->first + 12; at++)
		fprintf(out, "%s%s", at > item->first ? " " : "", texts->names.v[side->tokens.all.v[at].text]);
	fputc('\n', out);
}

static bool sides_equal(struct side sides[2], const struct texts *texts, FILE *out)
{
	struct renames renames;
	uint32_t i = 0, j = 0;
	bool same;

	for (int side = 0; side < 2; side++) {
		renames.to[side] = malloc(texts->names.n * sizeof(uint32_t));
		if (!renames.to[side])
			memory_exhausted();
		memset(renames.to[side], 0xff, texts->names.n * sizeof(uint32_t));
	}
	do {
		i = next_kept(&sides[0], i);
		j = next_kept(&sides[1], j);
		if (i == sides[0].items.all.n || j == sides[1].items.all.n) {
			same = i == sides[0].items.all.n && j == sides[1].items.all.n;
			break;
		}
		same = items_equal(&sides[0], i++, &sides[1], j++, &renames, texts);
	} while (same);
	if (!same) {
		print_item(out, &sides[0], i ? i - 1 : 0, texts);
		print_item(out, &sides[1], j ? j - 1 : 0, texts);
	}
	free(renames.to[0]);
	free(renames.to[1]);
	return same;
}

/* Marks of lines are not compared, but these give what they say. */
static bool asks_for_lines(const struct texts *texts)
{
	return strmap_get(&texts->ids, "__builtin_LINE") != NONE || strmap_get(&texts->ids, "__builtin_FILE") != NONE;
}

int slice_compare(const char *orig, const char *patched, bool *same, FILE *out, struct diag *diag)
{
	const char *const paths[2] = {orig, patched};
	struct side sides[2] = {0};
	struct texts texts = {0};
	int err = 0;

	for (int i = 0; i < 2 && !err; i++)
		err = scan_file(paths[i], &texts, &sides[i].tokens, diag);
	for (int i = 0; i < 2 && !err; i++)
		items_find(&sides[i].tokens, &texts, &sides[i].items);
	for (int i = 0; i < 2 && !err; i++)
		keep_all_named(&sides[i], &texts);
	if (!err)
		*same = sides_equal(sides, &texts, out) && !asks_for_lines(&texts);
	for (int i = 0; i < 2; i++) {
		vec_free(&sides[i].tokens.all);
		items_free(&sides[i].items);
		free(sides[i].is_kept);
	}
	texts_free(&texts);
	return err;
}
