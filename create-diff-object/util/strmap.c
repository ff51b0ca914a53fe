// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open addressing with linear probing, at most 2/3 full. The hash is xxHash's XXH3, from its header.
 */
#include "util/strmap.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "util/memory.h"

struct strmap_slot {
	const char *key; /* NULL: free */
	uint32_t hash;
	uint32_t value;
};

static uint32_t hash_key(const char *key)
{
	return (uint32_t)XXH3_64bits(key, strlen(key));
}

static struct strmap_slot *find_slot(const struct strmap *map, const char *key, uint32_t hash)
{
	for (uint32_t i = hash;; i++) {
		struct strmap_slot *slot = &map->slots[i & (map->nslots - 1)];

		if (!slot->key || (slot->hash == hash && !strcmp(slot->key, key)))
			return slot;
	}
}

static void grow(struct strmap *map)
{
	struct strmap old = *map;

	map->nslots = old.nslots ? old.nslots * 2 : 64;
	map->slots = calloc(map->nslots, sizeof(*map->slots));
	if (!map->slots)
		memory_exhausted();
	for (uint32_t i = 0; i < old.nslots; i++)
		if (old.slots[i].key)
			*find_slot(map, old.slots[i].key, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

static uint32_t put(struct strmap *map, const char *key, uint32_t value, bool replace)
{
	uint32_t hash = hash_key(key), before;
	struct strmap_slot *slot;

	if (map->used * 3 >= map->nslots * 2)
		grow(map);
	slot = find_slot(map, key, hash);
	if (!slot->key) {
		*slot = (struct strmap_slot){key, hash, value};
		map->used++;
		return STRMAP_NONE;
	}
	before = slot->value;
	if (replace)
		slot->value = value;
	return before;
}

uint32_t strmap_set(struct strmap *map, const char *key, uint32_t value)
{
	return put(map, key, value, true);
}

uint32_t strmap_add(struct strmap *map, const char *key, uint32_t value)
{
	return put(map, key, value, false);
}

uint32_t strmap_get(const struct strmap *map, const char *key)
{
	const struct strmap_slot *slot;

	if (!map->nslots)
		return STRMAP_NONE;
	slot = find_slot(map, key, hash_key(key));
	return slot->key ? slot->value : STRMAP_NONE;
}

void strmap_free(struct strmap *map)
{
	free(map->slots);
	*map = (struct strmap){0};
}
