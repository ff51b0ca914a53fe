/* SPDX-License-Identifier: GPL-2.0-only */
/* Can there be objects of a type that the code of the livepatch meets, and did not make? */
#ifndef KLP_DIFF_OLD_OBJECTS_H
#define KLP_DIFF_OLD_OBJECTS_H

#include "diff/select.h"
#include "elf/debug.h"
#include "elf/types.h"

struct arena;

enum func_state {
	FUNC_NOWHERE,  /* no code in the object, or code that ran at boot */
	FUNC_INCLUDED, /* in the livepatch, with all functions that it is inlined into */
	FUNC_RUNNING,  /* goes on in the running kernel */
};

/* The types of one of the objects, and the functions that mention them. */
struct unit {
	const struct side *side;
	struct debug_info *debug;
	struct types *types;
	enum func_state *state; /* by function */
	uint32_t *piece;        /* by function: its code, PIECE_NONE: it has none of its own */
	uint32_t *origin;       /* by link: the function that its offset is that of, TYPE_NONE: unknown */
	enum type_reach *reach; /* by node: to the type that is looked at, by types_reach() */
};

/*
 * Fills in what becomes of the functions; of one that is inlined, what becomes of all that have it. pair: of the
 * original, the partner of each of its pieces; NULL for the patched one.
 */
void unit_find_states(struct unit *unit, const struct diff *diff, const uint32_t *pair, struct arena *arena);

enum type_reach reach_of_use(const struct unit *unit, const struct type_use *use);

/* May an object be in such a use that lives on when the function has ended, or that another one has made? */
bool is_harmless_use(const struct unit *unit, const struct type_use *use);

/* Is the type that unit->reach is about only used on the stack of included functions? */
bool has_no_old_object(const struct unit *unit, const struct type_named *named, struct arena *arena);

#endif
