/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of words of C, of attributes and of pragmas. */
#ifndef KLP_SOURCE_WORDS_H
#define KLP_SOURCE_WORDS_H

#include <stdbool.h>

enum word {
	OTHER,
	KEYWORD,  /* can't be a name */
	MODIFIER, /* a keyword, but no type */
	VOLATILE, /* a modifier, and the compiler keeps such a variable */
	STATIC,
	EXTERN,
	TYPEDEF,
	COMPOUND, /* struct, union, enum */
	ENUM,
	ATTRIBUTE,
	GROUP, /* with an argument in parentheses that declares nothing */
	ASM,
	ASSERT,
};

struct word_row {
	const char *text;
	enum word word;
};

extern const struct word_row word_rows[]; /* with one without text at the end */

/* May what has the attribute be left out where nobody names it? Names with the underscores around or without. */
bool attribute_is_harmless(const char *name);
/* In the body of a function: is it of a variable or statement of the body only? */
bool attribute_is_local(const char *name);
/* Does the compiler call it by itself? */
bool word_is_implicit(const char *name);
/* Is a line of #pragma about warnings only? */
bool pragma_is_of_messages(const char *line);
/* Is it heard only by what is behind it? Others may speak of any name, or of all functions. */
bool pragma_is_of_what_follows(const char *line);

#endif
