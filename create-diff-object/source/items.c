// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each item ends with a semicolon outside of all brackets, or with the body of a function. What it is is told by its
 * shape; only shapes that are known may be left out, all others are roots:
 *
 *   static inline int f(void) { ... }   the compiler drops a static function that nobody names, unless an attribute
 *   static const int x = 1;             says otherwise (used, constructor): only attributes of a list are let pass,
 *                                       also inside the body, for "used" keeps a static variable of a dropped function
 *   extern int x; int f(void);          declarations make nothing, unless they are aliases or give the name that
 *                                       the assembler sees
 *   struct s { ... }; typedef ...       types make nothing
 *
 * Names may be too many, which only keeps more, but never too few: where the declared name is not plain to see, all
 * words of a declaration count. Where the whole text is not what it looks like (a definition in the manner of K&R, a
 * #pragma that speaks of what is declared or how it is optimized), all of it is kept.
 */
#include "source/items.h"

#include <string.h>

#include "source/words.h"

struct reader {
	const struct token *tokens;
	const struct texts *texts;
	struct items *items;
	VEC(uint8_t) kinds;      /* enum word of each text that was there when the table was made; others are OTHER */
	VEC(uint32_t) volatiles; /* texts: names of types that may be volatile */
	bool is_odd;             /* The whole text is not understood. */
};

/* What is found while the tokens of one item are read. */
struct shape {
	bool has_static, has_extern, has_typedef, has_compound, has_equals, has_asm, has_comma;
	bool is_function;    /* ends with its body */
	bool braces_first;   /* a brace before any equals sign, not a function's */
	uint32_t words;      /* outside of brackets */
	uint32_t before_end; /* the last token before the semicolon that counts, or the first */
};

static bool is_sign(const struct reader *r, uint32_t at, char sign)
{
	return r->tokens[at].kind == TOKEN_SIGN && r->texts->names.v[r->tokens[at].text][0] == sign;
}

static enum word word_at(const struct reader *r, uint32_t at)
{
	const struct token *token = &r->tokens[at];

	return token->kind == TOKEN_WORD && token->text < r->kinds.n ? (enum word)r->kinds.v[token->text] : OTHER;
}

static bool is_name(const struct reader *r, uint32_t at)
{
	return r->tokens[at].kind == TOKEN_WORD && word_at(r, at) == OTHER;
}

static bool opens(const struct reader *r, uint32_t at)
{
	return is_sign(r, at, '(') || is_sign(r, at, '[') || is_sign(r, at, '{');
}

static bool closes(const struct reader *r, uint32_t at)
{
	return is_sign(r, at, ')') || is_sign(r, at, ']') || is_sign(r, at, '}');
}

/* The token behind the bracket that closes the one at `at`, or the end. */
static uint32_t behind_bracket(const struct reader *r, uint32_t at)
{
	uint32_t depth = 0;

	for (; r->tokens[at].kind != TOKEN_END; at++) {
		if (opens(r, at))
			depth++;
		else if (closes(r, at) && --depth == 0)
			return at + 1;
	}
	return at;
}

/* Behind an attribute, typeof or the like with its argument; else `at` itself. */
static uint32_t behind_group(const struct reader *r, uint32_t at)
{
	enum word word = word_at(r, at);
	uint32_t next = at + 1;

	if (word != ATTRIBUTE && word != GROUP && word != ASM)
		return at;
	while (word == ASM && (word_at(r, next) == MODIFIER || word_at(r, next) == VOLATILE))
		next++;
	return is_sign(r, next, '(') ? behind_bracket(r, next) : next;
}

static uint32_t behind_groups(const struct reader *r, uint32_t at)
{
	uint32_t next;

	while ((next = behind_group(r, at)) != at)
		at = next;
	return at;
}

/* Is each one of an __attribute__(()) of this kind? */
static bool attribute_is(const struct reader *r, uint32_t attribute, bool (*is_kind)(const char *))
{
	uint32_t stop, at;

	if (!is_sign(r, attribute + 1, '(') || !is_sign(r, attribute + 2, '('))
		return false;
	stop = behind_bracket(r, attribute + 1);
	for (at = attribute + 3; at + 1 < stop;) {
		if (r->tokens[at].kind == TOKEN_WORD && !is_kind(r->texts->names.v[r->tokens[at].text]))
			return false;
		at = opens(r, at) ? behind_bracket(r, at) : at + 1;
	}
	return true;
}

/* Are all attributes of the tokens harmless, and none written as [[gnu::used]]? */
static bool attributes_are_harmless(struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++) {
		if (is_sign(r, i, '[') && is_sign(r, i + 1, '['))
			return false;
		if (word_at(r, i) != ATTRIBUTE || attribute_is(r, i, attribute_is_harmless))
			continue;
		/* alias("\146oo") */
		for (uint32_t at = i, stop = behind_group(r, i); at < stop; at++)
			r->is_odd |= r->tokens[at].kind == TOKEN_STRING &&
				     strchr(r->texts->names.v[r->tokens[at].text], '\\');
		return false;
	}
	return true;
}

static void add_name(struct reader *r, uint32_t at)
{
	vec_add(&r->items->names, r->tokens[at].text);
}

/* Tags with a body, and enumerators, at any depth. (An enumerator's value may hold other words; they may count.) */
static void add_type_names(struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++) {
		enum word word = word_at(r, i);
		uint32_t tag, body;

		if (word != COMPOUND && word != ENUM)
			continue;
		tag = behind_groups(r, i + 1);
		body = is_name(r, tag) ? behind_groups(r, tag + 1) : tag;
		if (is_sign(r, body, ':') && word == ENUM)
			while (body < end && !is_sign(r, body, '{') && !is_sign(r, body, ';'))
				body++;
		if (!is_sign(r, body, '{') && !is_sign(r, body, ';'))
			continue;
		if (is_name(r, tag))
			add_name(r, tag);
		if (word == ENUM && is_sign(r, body, '{'))
			for (uint32_t stop = behind_bracket(r, body), at = body; at < stop; at++)
				if (is_name(r, at))
					add_name(r, at);
	}
}

/* All words that could be what a declaration declares: not in the body of a type, not its tag. */
static void add_all_names(struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end;) {
		uint32_t next = behind_group(r, i);

		if (next != i) {
			i = next;
		} else if (is_sign(r, i, '{')) {
			i = behind_bracket(r, i);
		} else if (word_at(r, i) == COMPOUND || word_at(r, i) == ENUM) {
			i = behind_groups(r, i + 1);
			i += is_name(r, i);
		} else {
			if (is_name(r, i))
				add_name(r, i);
			i++;
		}
	}
}

/*
 * The names of declarators that are plain to see: a word that a comma, an equals sign, a bracket or the end follows,
 * outside of all brackets. False if there are others.
 */
static bool add_plain_names(struct reader *r, uint32_t first, uint32_t end)
{
	bool found = false, named = false;

	for (uint32_t i = first; i < end;) {
		uint32_t next = behind_group(r, i);

		if (next != i) {
			i = next;
			continue;
		}
		if (is_sign(r, i, ',')) {
			named = false;
		} else if (is_sign(r, i, '=')) {
			break; /* Callers take care that nothing is declared behind a value. */
		} else if (is_sign(r, i, '(') && !named) {
			return false;
		} else if (word_at(r, i) == COMPOUND || word_at(r, i) == ENUM) {
			i = behind_groups(r, i + 1);
			i += is_name(r, i);
			continue;
		} else if (is_name(r, i)) {
			uint32_t after = behind_groups(r, i + 1);

			if (is_sign(r, after, '(')) {
				/* `type (*x)(int)`, `type (x)`, or is it `x(type)`? */
				uint32_t inner = behind_groups(r, after + 1);

				if (opens(r, inner) || is_sign(r, inner, '*') || is_sign(r, inner, '^'))
					return false;
				if (is_name(r, inner) && (closes(r, inner + 1) || opens(r, inner + 1)))
					add_name(r, inner);
			}
			if (is_sign(r, after, ',') || is_sign(r, after, ';') || is_sign(r, after, '[') ||
			    is_sign(r, after, '=') || is_sign(r, after, '(')) {
				add_name(r, i);
				found = named = true;
			}
		}
		i = opens(r, i) ? behind_bracket(r, i) : i + 1;
	}
	return found;
}

/* `int f(int a);`: something before the name, its parameters, attributes, the end */
static bool is_prototype(const struct reader *r, uint32_t first, uint32_t end)
{
	uint32_t i = first, before = 0;

	while (i < end && !is_sign(r, i, '(')) {
		uint32_t next = behind_group(r, i);

		if (opens(r, i))
			return false;
		before += is_name(r, i) || word_at(r, i) == KEYWORD || word_at(r, i) == GROUP;
		i = next != i ? next : i + 1;
	}
	/* (The name itself is one of the words.) */
	if (before < 2 || i >= end || !is_name(r, i - 1))
		return false;
	return is_sign(r, behind_groups(r, behind_bracket(r, i)), ';');
}

static bool is_implicit(const struct reader *r, const struct item *item)
{
	for (uint32_t i = item->names; i < item->names_end; i++)
		if (word_is_implicit(r->texts->names.v[r->items->names.v[i]]))
			return true;
	return false;
}

static bool may_be_volatile(const struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++) {
		if (word_at(r, i) == VOLATILE || word_at(r, i) == GROUP)
			return true;
		for (uint32_t v = 0; v < r->volatiles.n && is_name(r, i); v++)
			if (r->volatiles.v[v] == r->tokens[i].text)
				return true;
		if (is_sign(r, i, '='))
			break;
		/* (A member of a structure that is volatile does not make it so.) */
		if (is_sign(r, i, '{'))
			i = behind_bracket(r, i) - 1;
	}
	return false;
}

static bool ends_statement(const struct reader *r, uint32_t at)
{
	return is_sign(r, at, ';') || is_sign(r, at, '{') || is_sign(r, at, '}');
}

/* `f(...) asm("g")` declares, `if (...) asm("nop")` does not. */
static bool is_assembler_name(const struct reader *r, uint32_t first, uint32_t at)
{
	static const char *const statements[] = {"if", "while", "for", "switch"};
	uint32_t depth = 0;

	if (!is_sign(r, at - 1, ')'))
		return false;
	for (at--; at > first; at--) {
		depth += closes(r, at);
		if (opens(r, at) && --depth == 0)
			break;
	}
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		if (!strcmp(r->texts->names.v[r->tokens[at - 1].text], statements[i]))
			return false;
	return true;
}

/*
 * A body may say something of what is outside, `extern void f(void) __attribute__((noreturn));`: it is there for all
 * that name f. False where such names can't be told.
 */
static bool add_names_of_body(struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first, stop; i < end; i = stop + 1) {
		bool is_extern = false;

		for (stop = i; stop < end && !ends_statement(r, stop); stop++)
			is_extern |= word_at(r, stop) == EXTERN;
		if (is_extern) {
			if (!is_sign(r, stop, ';'))
				return false;
			if (!add_plain_names(r, i, stop))
				add_all_names(r, i, stop);
			continue;
		}
		for (; i < stop; i++) {
			if (!strcmp(r->texts->names.v[r->tokens[i].text], "_Noreturn"))
				return false;
			if (word_at(r, i) == ATTRIBUTE && !attribute_is(r, i, attribute_is_local))
				return false;
			if (word_at(r, i) == ASM && is_assembler_name(r, first, i))
				return false;
		}
	}
	return true;
}

static bool has_assert(const struct reader *r, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		if (word_at(r, i) == ASSERT)
			return true;
	return false;
}

/* Can the item be left out where nobody names it? Then its names are added. */
static bool may_be_left_out(struct reader *r, const struct item *item, const struct shape *shape)
{
	uint32_t first = item->first, end = item->end;

	if (r->tokens[first].kind == TOKEN_SIGN)
		return end == first + 1 && is_sign(r, first, ';');
	if (r->tokens[first].kind != TOKEN_WORD || !is_sign(r, end - 1, shape->is_function ? '}' : ';'))
		return false;
	/* `sizeof(enum { A = 5 })` declares A, wherever it stands. */
	add_type_names(r, first, shape->is_function ? shape->before_end : end);
	/* Nobody names what must be true, and a patched source where it is not does not compile; in a body as well. */
	if (has_assert(r, first, end))
		return false;
	if (shape->has_asm || !attributes_are_harmless(r, first, end))
		return false;
	if (shape->is_function) {
		if (!shape->has_static || shape->braces_first)
			return false;
		return add_plain_names(r, first, shape->before_end) && add_names_of_body(r, shape->before_end, end);
	}
	if (shape->has_typedef) {
		add_all_names(r, first, end);
		return !shape->has_equals;
	}
	if (shape->has_extern) {
		if (shape->has_equals)
			return false;
		if (!add_plain_names(r, first, end))
			add_all_names(r, first, end);
		return true;
	}
	if (shape->has_compound && !shape->has_static && !shape->has_equals &&
	    (is_sign(r, shape->before_end, '}') || shape->words == 2)) {
		/* `struct s { ... };`, `struct s;` */
		return is_sign(r, shape->before_end, '}') || end - first == 3;
	}
	if (!shape->has_equals && !shape->has_comma && is_prototype(r, first, end))
		return add_plain_names(r, first, end);
	if (shape->has_static && !shape->has_comma && !shape->braces_first && !may_be_volatile(r, first, end))
		return add_plain_names(r, first, end);
	return false;
}

/* Reads the tokens of the item that begins at `first`; returns its end. */
static uint32_t item_end(const struct reader *r, uint32_t first, struct shape *shape)
{
	uint32_t i = first, before = first;

	while (r->tokens[i].kind != TOKEN_END) {
		enum word word = word_at(r, i);
		uint32_t next = behind_group(r, i);

		shape->has_static |= word == STATIC;
		shape->has_extern |= word == EXTERN;
		shape->has_typedef |= word == TYPEDEF;
		shape->has_compound |= word == COMPOUND || word == ENUM;
		shape->has_asm |= word == ASM;
		shape->has_equals |= is_sign(r, i, '=');
		shape->has_comma |= is_sign(r, i, ',');
		shape->words += r->tokens[i].kind == TOKEN_WORD && next == i;
		if (r->tokens[i].kind == TOKEN_PRAGMA && i == first)
			return i + 1;
		if (is_sign(r, i, ';')) {
			shape->before_end = before;
			return i + 1;
		}
		if (next != i) {
			i = next;
			continue;
		}
		if (is_sign(r, i, '{')) {
			shape->is_function = is_sign(r, before, ')') && !shape->has_equals;
			shape->braces_first |= !shape->is_function && !shape->has_equals;
			next = behind_bracket(r, i);
			if (shape->is_function) {
				shape->before_end = i;
				return next;
			}
		} else {
			next = opens(r, i) ? behind_bracket(r, i) : i + 1;
		}
		before = next - 1;
		i = next;
	}
	shape->before_end = before;
	return i;
}

/* Is there anything that makes something else of the text than is told here? */
static bool is_odd(const struct reader *r, const struct item *item)
{
	if (r->tokens[item->first].kind != TOKEN_WORD && r->tokens[item->first].kind != TOKEN_PRAGMA &&
	    !is_sign(r, item->first, ';'))
		return true;
	for (uint32_t i = item->first; i < item->end; i++) {
		const char *text = r->texts->names.v[r->tokens[i].text];

		if (r->tokens[i].kind == TOKEN_ODD)
			return true;
		if (r->tokens[i].kind == TOKEN_PRAGMA && !pragma_is_of_messages(text) &&
		    (!pragma_is_of_what_follows(text) || i > item->first))
			return true;
	}
	return false;
}

void items_find(const struct tokens *tokens, struct texts *texts, struct items *items)
{
	struct reader r = {.tokens = tokens->all.v, .texts = texts, .items = items};
	uint32_t at = 0;

	for (const struct word_row *row = word_rows; row->text; row++) {
		uint32_t id = texts_id(texts, row->text);

		while (r.kinds.n <= id)
			vec_add(&r.kinds, OTHER);
		r.kinds.v[id] = (uint8_t)row->word;
	}
	while (tokens->all.v[at].kind != TOKEN_END) {
		struct item *item = vec_push(&items->all);
		struct shape shape = {0};

		item->first = at;
		item->end = item_end(&r, at, &shape);
		item->names = items->names.n;
		item->is_root = !may_be_left_out(&r, item, &shape);
		item->names_end = items->names.n;
		item->is_root |= is_implicit(&r, item);
		if (shape.has_typedef && may_be_volatile(&r, at, item->end))
			for (uint32_t i = item->names; i < item->names_end; i++)
				vec_add(&r.volatiles, items->names.v[i]);
		r.is_odd |= is_odd(&r, item);
		at = item->end;
	}
	for (uint32_t i = 0; i < items->all.n; i++)
		items->all.v[i].is_root |= r.is_odd;
	vec_free(&r.kinds);
	vec_free(&r.volatiles);
}

void items_free(struct items *items)
{
	vec_free(&items->all);
	vec_free(&items->names);
}
