/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * C source as tokens, each with the number of its text: equal text, equal number. Made for preprocessed text (gcc -E),
 * whose lines are of no interest: marks of lines are skipped, a #pragma is one token.
 */
#ifndef KLP_SOURCE_SCAN_H
#define KLP_SOURCE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "util/strmap.h"
#include "util/vec.h"

struct arena;
struct diag;

enum token_kind {
	TOKEN_WORD,
	TOKEN_NUMBER,
	TOKEN_STRING, /* or a character */
	TOKEN_SIGN,   /* one character */
	TOKEN_ODD,    /* what C knows and these files don't: a digraph, a raw string, a quote that does not end */
	TOKEN_PRAGMA, /* a line of the preprocessor that the compiler reads */
	TOKEN_END,    /* behind the last one */
};

struct token {
	uint32_t text; /* index into texts.names */
	enum token_kind kind;
};

/* All different texts of tokens, of several sources. Zeroed memory has none. */
struct texts {
	struct strmap ids;
	VEC(const char *) names; /* of arena */
	struct arena *arena;
};

struct tokens {
	VEC(struct token) all; /* with one TOKEN_END at the end */
};

void texts_free(struct texts *texts);
/* The number of a text. */
uint32_t texts_id(struct texts *texts, const char *text);
/* Reads a file. Returns 0 or -errno, reported. */
int scan_file(const char *path, struct texts *texts, struct tokens *tokens, struct diag *diag)
	__attribute__((warn_unused_result));
/* The same for size bytes of text, which change meanwhile; text[size] is one more that may. */
void scan_text(char *text, size_t size, struct texts *texts, struct tokens *tokens);

#endif
