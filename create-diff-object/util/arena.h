/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One arena owns all memory of one model or one pass result; it is freed as a whole.
 *
 * The engine runs once over a pair of objects and exits, and its tables point into each other freely.
 * Freeing piece by piece would need an owner for every string; an arena needs one for the whole lot.
 */
#ifndef KLP_UTIL_ARENA_H
#define KLP_UTIL_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Returns a new, empty arena. Ends the program if no memory is left, as all functions here do (util/memory.h). */
struct arena *arena_new(void);
/* Frees the arena and all that came from it. NULL is allowed. */
void arena_free(struct arena *arena);
/* Returns size zeroed bytes, aligned for any type, owned by the arena. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* Copies a string into the arena. */
char *arena_strdup(struct arena *arena, const char *s);
/* Copies size bytes into the arena. */
void *arena_memdup(struct arena *arena, const void *data, size_t size);
/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Several strings as one: arena_join(arena, "struct", " ", name). For what is made thousands of times. */
#define arena_join(arena, ...)                                                                                         \
	arena_join_all(arena, (const char *const[]){__VA_ARGS__},                                                      \
		       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
char *arena_join_all(struct arena *arena, const char *const *parts, size_t n);

/* A zeroed array of n elements of the given type. */
#define arena_array(arena, type, n) ((type *)arena_alloc(arena, sizeof(type) * (size_t)(n)))

#endif
