/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A preprocessed source as what stands beside each other at its top: functions, variables, types, declarations. Of
 * each one: may it be left out where nobody names it, and by which names would it be?
 */
#ifndef KLP_SOURCE_ITEMS_H
#define KLP_SOURCE_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "source/scan.h"
#include "util/vec.h"

struct item {
	uint32_t first, end;       /* tokens, end not included */
	uint32_t names, names_end; /* indexes into items.names */
	/*
	 * Makes code or data by itself, or is not understood: always there. Where it is false, the compiler makes
	 * nothing of it unless something that is there holds one of its names.
	 */
	bool is_root;
};

struct items {
	VEC(struct item) all;
	VEC(uint32_t) names; /* texts of words */
};

/* tokens is read only. */
void items_find(const struct tokens *tokens, struct texts *texts, struct items *items);
void items_free(struct items *items);

#endif
