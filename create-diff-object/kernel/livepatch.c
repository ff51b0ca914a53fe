// SPDX-License-Identifier: GPL-2.0-only
/* Names of livepatch symbols and sections, taken apart and put together. */
#include "kernel/livepatch.h"

#include <stdio.h>
#include <string.h>

#include "util/arena.h"

size_t klp_symbol_name_max(const char *release)
{
	unsigned int major = 0, minor = 0;

	/* It was 128 up to 6.0, and is 512 since. */
	if (release && sscanf(release, "%u.%u", &major, &minor) == 2 && (major < 6 || (major == 6 && !minor)))
		return 127;
	return KLP_SYMBOL_NAME_MAX;
}

bool klp_is_rela_section(const char *name, uint64_t flags)
{
	return (flags & SHF_RELA_LIVEPATCH) || !strncmp(name, KLP_RELA_PREFIX, strlen(KLP_RELA_PREFIX));
}

bool klp_sym_split(const char *name, struct klp_sym_parts *parts)
{
	const char *object = name + strlen(KLP_SYM_PREFIX), *dot, *comma, *end;

	if (strncmp(name, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX)))
		return false;
	dot = strchr(object, '.');
	comma = dot ? strchr(dot, ',') : NULL;
	if (!comma || dot == object || comma == dot + 1)
		return false;
	end = strchrnul(comma + 1, ',');
	*parts = (struct klp_sym_parts){
		.object = object,
		.object_len = (size_t)(dot - object),
		.symbol = dot + 1,
		.symbol_len = (size_t)(comma - dot - 1),
		.sympos = comma + 1,
		.sympos_len = (size_t)(end - comma - 1),
		.owner = *end ? end + 1 : NULL,
	};
	return true;
}

char *klp_sym_join(struct arena *arena, const char *object, const char *symbol, uint32_t sympos, const char *owner)
{
	return arena_printf(arena, KLP_SYM_PREFIX "%s.%s,%u%s%s", object, symbol, sympos, owner ? "," : "",
			    owner ? owner : "");
}
