// SPDX-License-Identifier: GPL-2.0-only
#include "util/quote.h"

#include <ctype.h>
#include <stdio.h>

void quote_text(const uint8_t *bytes, uint64_t n, size_t max, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "\"");

	for (uint64_t i = 0; i < n && bytes[i] && used + QUOTE_CHAR + 4 < size; i++) {
		uint8_t c = bytes[i];

		if (i == max) {
			used += (size_t)snprintf(text + used, size - used, "...");
			break;
		}
		if (c == '\n')
			used += (size_t)snprintf(text + used, size - used, "\\n");
		else if (c == '"' || c == '\\')
			used += (size_t)snprintf(text + used, size - used, "\\%c", c);
		else if (isprint(c))
			used += (size_t)snprintf(text + used, size - used, "%c", c);
		else
			used += (size_t)snprintf(text + used, size - used, "\\%03o", c);
	}
	snprintf(text + used, size - used, "\"");
}
