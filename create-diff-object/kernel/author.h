/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the author of a patch asks for by the section of a variable. The macros of kmod/patch/include make such
 * variables. So does include/linux/livepatch_helpers.h of Linux 6.19 and later: there the pointers to all callbacks
 * stand in one section, and the name of each begins with what it is, or has it somewhere.
 */
#ifndef KLP_KERNEL_AUTHOR_H
#define KLP_KERNEL_AUTHOR_H

#include <stdbool.h>

#include "../kmod/patch/klp-records.h"

#define KLP_AUTHOR_PREFIX       ".klp.author."
#define KLP_AUTHOR_POINTERS     ".discard.klp_callback_ptrs"
/*
 * Pointers to what is to be left out, by the macros of dynup's kpatch: objects that others have compiled may have them.
 */
#define KPATCH_IGNORE_FUNCTIONS ".kpatch.ignore.functions"
#define KPATCH_IGNORE_SECTIONS  ".kpatch.ignore.sections"

enum author_kind {
	AUTHOR_UNKNOWN,
	/* Pointers to functions, in the order of enum klp_callback_kind. */
	AUTHOR_PRE_PATCH,
	AUTHOR_POST_PATCH,
	AUTHOR_PRE_UNPATCH,
	AUTHOR_POST_UNPATCH,
	AUTHOR_STATES, /* struct klp_states_request */
	/* Strings */
	AUTHOR_IGNORE_FUNCTION,
	AUTHOR_IGNORE_SECTION,
	AUTHOR_FORCE,
};

/* What a variable of a SEC_AUTHOR section asks for, by the section's name and its own. */
enum author_kind author_kind(const char *section, const char *symbol);

/* Do variables of the section point to what AUTHOR_IGNORE_* name? Else they are strings. */
bool author_gives_addresses(const char *section);

/* How messages and reports call it: "pre_patch", "ignore_section". */
const char *author_kind_name(enum author_kind kind);

/*
 * Why a section by which an author tells a tool what to do is refused, which nothing here reads (`.kpatch.force`);
 * NULL: it is no such section.
 */
const char *author_section_purpose(const char *name);

#endif
