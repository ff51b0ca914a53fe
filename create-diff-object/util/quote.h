/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings of a program as text for a message: as C writes them, so that no byte reaches the terminal as it is. */
#ifndef KLP_UTIL_QUOTE_H
#define KLP_UTIL_QUOTE_H

#include <stddef.h>
#include <stdint.h>

/* The longest that one byte becomes: "\377". */
#define QUOTE_CHAR 4

/*
 * Writes the string that begins at bytes, in quotes. It ends at its NUL or after n bytes; what is longer than max bytes
 * is cut, which three dots tell. text has max * QUOTE_CHAR bytes and 6 for the quotes, the dots and the NUL.
 */
void quote_text(const uint8_t *bytes, uint64_t n, size_t max, char *text, size_t size);

#endif
