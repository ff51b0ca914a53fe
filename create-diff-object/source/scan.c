// SPDX-License-Identifier: GPL-2.0-only
/*
 * One pass over the text. The texts are told apart by a map whose keys end with a NUL, so the byte behind a token is
 * put away while it is looked up: millions of tokens are not copied.
 */
#include "source/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/memory.h"

void texts_free(struct texts *texts)
{
	strmap_free(&texts->ids);
	vec_free(&texts->names);
	arena_free(texts->arena);
}

uint32_t texts_id(struct texts *texts, const char *text)
{
	uint32_t id = strmap_get(&texts->ids, text);
	const char *own;

	if (id != STRMAP_NONE)
		return id;
	if (!texts->arena)
		texts->arena = arena_new();
	own = arena_strdup(texts->arena, text);
	id = texts->names.n;
	vec_add(&texts->names, own);
	strmap_set(&texts->ids, own, id);
	return id;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static char *end_of_quote(char *at, const char *end)
{
	char quote = *at++;

	while (at < end && *at != quote && *at != '\n')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	return at < end && *at == quote ? at + 1 : at;
}

/* "<%", "<:", ":>", "%:", "%>" are other ways to write braces, brackets and #. */
static bool is_digraph(const char *at)
{
	return (*at == '<' && (at[1] == '%' || at[1] == ':')) || (*at == '%' && (at[1] == ':' || at[1] == '>')) ||
	       (*at == ':' && at[1] == '>');
}

static char *end_of_number(char *at, const char *end)
{
	while (at < end && (is_word(*at) || *at == '.' || ((*at == '+' || *at == '-') && strchr("eEpP", at[-1]))))
		at++;
	return at;
}

static char *end_of_line(char *at, const char *end)
{
	char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline : (char *)end;
}

/* "# 12 "file.h" 2", "#line 12" */
static bool is_line_mark(const char *at)
{
	do {
		at++;
	} while (*at == ' ' || *at == '\t');
	return isdigit((unsigned char)*at) || !strncmp(at, "line", 4) || *at == '\n';
}

static void add(char *from, char *to, enum token_kind kind, struct texts *texts, struct tokens *tokens)
{
	struct token *token = vec_push(&tokens->all);
	char behind = *to;

	*to = '\0';
	token->text = texts_id(texts, from);
	token->kind = kind;
	*to = behind;
}

void scan_text(char *text, size_t size, struct texts *texts, struct tokens *tokens)
{
	char *at = text, *end = text + size, *to;
	bool line_begins = true;

	*end = '\0';
	while (at < end) {
		enum token_kind kind = TOKEN_SIGN;

		if (isspace((unsigned char)*at)) {
			line_begins |= *at++ == '\n';
			continue;
		}
		if (*at == '#' && line_begins) {
			to = end_of_line(at, end);
			if (!is_line_mark(at))
				add(at, to, TOKEN_PRAGMA, texts, tokens);
			at = to;
			continue;
		}
		line_begins = false;
		if (isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]))) {
			to = end_of_number(at + 1, end);
			kind = TOKEN_NUMBER;
		} else if (is_word(*at)) {
			for (to = at; to < end && is_word(*to);)
				to++;
			/* R"(";)": a raw string */
			kind = to[-1] == 'R' && *to == '"' ? TOKEN_ODD : TOKEN_WORD;
		} else if (*at == '"' || *at == '\'') {
			to = end_of_quote(at, end);
			kind = to > at + 1 && to[-1] == *at ? TOKEN_STRING : TOKEN_ODD;
		} else {
			to = at + 1;
			if (is_digraph(at))
				kind = TOKEN_ODD;
		}
		if (to > end)
			to = end;
		add(at, to, kind, texts, tokens);
		at = to;
	}
	*vec_push(&tokens->all) = (struct token){.text = texts_id(texts, ""), .kind = TOKEN_END};
}

int scan_file(const char *path, struct texts *texts, struct tokens *tokens, struct diag *diag)
{
	FILE *file = fopen(path, "re");
	size_t size = 0, room = 1 << 20, got;
	char *text = NULL;
	int err = 0;

	if (!file) {
		err = -errno;
		diag_error(diag, path, NULL, "can't open: %s", strerror(-err));
		return err;
	}
	do {
		room *= 2;
		text = realloc(text, room);
		if (!text)
			memory_exhausted();
		got = fread(text + size, 1, room - 1 - size, file);
		size += got;
	} while (got);
	if (ferror(file) || memchr(text, '\0', size)) {
		err = -EINVAL;
		diag_error(diag, path, NULL, "can't be read, or holds a NUL byte, so it is not text");
	} else {
		scan_text(text, size, texts, tokens);
	}
	fclose(file);
	free(text);
	return err;
}
