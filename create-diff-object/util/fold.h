/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines for people fit the terminal: they are folded between words, and what goes on below is indented by four more
 * blanks; in a line of help, "  -h, --help   show this help", to the column of the meaning. A word that is longer than
 * the line (a path, a symbol) stays whole, and so does a hunk's "@@ -10,7 +10,8 @@", which is copied as it is. Records,
 * and the lines that other programs look for, are not printed by these functions.
 */
#ifndef KLP_UTIL_FOLD_H
#define KLP_UTIL_FOLD_H

#include <stdarg.h>
#include <stdio.h>

/* Prints each line of text, folded, and ends the last one. */
void fold_put(FILE *out, const char *text);
void fold_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
