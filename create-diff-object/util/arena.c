// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arena: a chain of blocks, each allocation cut from the newest one. See arena.h for why. Blocks grow: most arenas hold
 * a few names, one holds the model of an object.
 */
#include "util/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

#define FIRST_SIZE (4 * 1024)
#define LAST_SIZE  (256 * 1024)
#define ALIGNMENT  16

struct block {
	struct block *next;
	size_t used; /* bytes handed out of data[] */
	size_t size; /* bytes of data[] */
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct arena {
	struct block *blocks; /* newest first */
	size_t next_size;     /* bytes of the next block */
};

static struct block *block_new(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		memory_exhausted();
	block->size = size;
	return block;
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		memory_exhausted();
	arena->next_size = FIRST_SIZE;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	void *p;

	if (size > SIZE_MAX - ALIGNMENT)
		memory_exhausted();
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!block || block->size - block->used < size) {
		struct block *fresh = block_new(size > arena->next_size ? size : arena->next_size);

		/* A big request gets a block of its own behind the current one, whose rest stays in use. */
		if (block && size > arena->next_size / 4) {
			fresh->next = block->next;
			block->next = fresh;
		} else {
			fresh->next = block;
			arena->blocks = fresh;
		}
		if (arena->next_size < LAST_SIZE)
			arena->next_size *= 2;
		block = fresh;
	}
	p = block->data + block->used;
	block->used += size;
	return p;
}

void *arena_memdup(struct arena *arena, const void *data, size_t size)
{
	void *p = arena_alloc(arena, size);

	if (size)
		memcpy(p, data, size);
	return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_memdup(arena, s, strlen(s) + 1);
}

char *arena_join_all(struct arena *arena, const char *const *parts, size_t n)
{
	size_t len = 0;
	char *s, *end;

	for (size_t i = 0; i < n; i++)
		len += strlen(parts[i]);
	s = end = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < n; i++)
		end = stpcpy(end, parts[i]);
	return s;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	char small[256]; /* most texts fit, and are made once */
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (len < 0)
		memory_exhausted();
	if ((size_t)len < sizeof(small))
		return arena_memdup(arena, small, (size_t)len + 1);
	s = arena_alloc(arena, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return s;
}
