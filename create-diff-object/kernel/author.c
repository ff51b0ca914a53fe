// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of what an author can ask for. See author.h. The names of the pointers are those of
 * include/linux/livepatch_external.h (7.2).
 */
#include "kernel/author.h"

#include <stddef.h>
#include <string.h>

#include "kernel/sections.h"

static const struct {
	const char *name;       /* in messages */
	const char *section;    /* ours */
	const char *pointer;    /* how the name of a pointer in KLP_AUTHOR_POINTERS begins; NULL: there is none */
	const char *by_address; /* another section, of pointers to the same */
} kinds[] = {
	[AUTHOR_UNKNOWN] = {"unknown", NULL, NULL, NULL},
	[AUTHOR_PRE_PATCH] = {"pre_patch", KLP_AUTHOR_PRE_PATCH, "__klp_pre_patch_callback_", NULL},
	[AUTHOR_POST_PATCH] = {"post_patch", KLP_AUTHOR_POST_PATCH, "__klp_post_patch_callback_", NULL},
	[AUTHOR_PRE_UNPATCH] = {"pre_unpatch", KLP_AUTHOR_PRE_UNPATCH, "__klp_pre_unpatch_callback_", NULL},
	[AUTHOR_POST_UNPATCH] = {"post_unpatch", KLP_AUTHOR_POST_UNPATCH, "__klp_post_unpatch_callback_", NULL},
	[AUTHOR_STATES] = {"states", KLP_AUTHOR_STATES, NULL, NULL},
	[AUTHOR_IGNORE_FUNCTION] = {"ignore_function", KLP_AUTHOR_IGNORE_FUNCTION, NULL, KPATCH_IGNORE_FUNCTIONS},
	[AUTHOR_IGNORE_SECTION] = {"ignore_section", KLP_AUTHOR_IGNORE_SECTION, NULL, KPATCH_IGNORE_SECTIONS},
	[AUTHOR_FORCE] = {"force", KLP_AUTHOR_FORCE, NULL, NULL},
};

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/*
 * A pointer by an author's own hand, without the macros: its name says what it is for, if it has one of the four words.
 */
static enum author_kind kind_of_word(const char *symbol)
{
	enum author_kind found = AUTHOR_UNKNOWN;

	for (size_t i = AUTHOR_UNKNOWN + 1; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].pointer || !strstr(symbol, kinds[i].name))
			continue;
		if (found != AUTHOR_UNKNOWN)
			return AUTHOR_UNKNOWN;
		found = (enum author_kind)i;
	}
	return found;
}

static bool is_by_address(size_t kind, const char *section)
{
	return kinds[kind].by_address && !strcmp(section, kinds[kind].by_address);
}

bool author_gives_addresses(const char *section)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_by_address(i, section))
			return true;
	return false;
}

enum author_kind author_kind(const char *section, const char *symbol)
{
	bool is_pointer = !strcmp(section, KLP_AUTHOR_POINTERS);

	for (size_t i = AUTHOR_UNKNOWN + 1; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_pointer ? kinds[i].pointer && starts_with(symbol, kinds[i].pointer)
			       : !strcmp(section, kinds[i].section) || is_by_address(i, section))
			return (enum author_kind)i;
	return is_pointer ? kind_of_word(symbol) : AUTHOR_UNKNOWN;
}

const char *author_kind_name(enum author_kind kind)
{
	return kinds[kind].name;
}

const char *author_section_purpose(const char *name)
{
	if (kernel_section_is(name, SECTION_IS_FOR_KPATCH))
		return "include kpatch-build's kpatch-macros.h instead of a definition of your own";
	if (kernel_section_is(name, SECTION_IS_FOR_TOOLS))
		return "it would be left behind in silence";
	return NULL;
}
