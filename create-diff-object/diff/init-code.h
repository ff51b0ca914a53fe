/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs in an __init function that no hunk touches: only code that the livepatch has, too, or more. */
#ifndef KLP_DIFF_INIT_CODE_H
#define KLP_DIFF_INIT_CODE_H

#include "diff/select.h"

struct arena;

/*
 * May the changed function p of the patched object be left out, for it has run, and what changed in it is code of
 * inlined functions that the patch changes and that functions of the livepatch have as well? NULL: yes, else why not,
 * owned by arena.
 */
const char *init_code_why_needed(const struct diff *diff, uint32_t p, struct arena *arena);

#endif
