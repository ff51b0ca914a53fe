/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Map from string to a 32-bit id (a section, symbol or record index). Keys are not copied: they must live
 * as long as the map (they are names inside a model, in practice).
 */
#ifndef KLP_UTIL_STRMAP_H
#define KLP_UTIL_STRMAP_H

#include <stdbool.h>
#include <stdint.h>

#define STRMAP_NONE UINT32_MAX

struct strmap {
	struct strmap_slot *slots; /* owned; a power of two of them */
	uint32_t nslots;
	uint32_t used;
};

/* Zeroed memory is an empty map. Frees the slots and empties the map. */
void strmap_free(struct strmap *map);
/* Returns the value of key, or STRMAP_NONE. */
uint32_t strmap_get(const struct strmap *map, const char *key);
/* Sets key's value; returns the value that it had before, or STRMAP_NONE. value must not be STRMAP_NONE. */
uint32_t strmap_set(struct strmap *map, const char *key, uint32_t value);
/* As strmap_set(), but an existing key keeps its value, which is returned. */
uint32_t strmap_add(struct strmap *map, const char *key, uint32_t value);

#endif
