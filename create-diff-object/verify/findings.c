// SPDX-License-Identifier: GPL-2.0-only
/* What a rule has to say: a violation, or that it could not look. */
#include <stdarg.h>
#include <string.h>

#include "util/arena.h"
#include "verify/checks.h"

void verify_violated(struct verify *v, const char *section, uint64_t offset, const char *symbol, const char *why,
		     const char *fmt, ...)
{
	struct verify_finding *finding = vec_push(&v->result->findings);
	va_list ap, again;
	char *what;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	what = arena_alloc(v->arena, (size_t)len + 1);
	vsnprintf(what, (size_t)len + 1, fmt, again);
	va_end(again);
	va_end(ap);
	finding->rule = v->rule;
	finding->section = section ? arena_strdup(v->arena, section) : NULL;
	finding->offset = offset;
	finding->symbol = symbol ? arena_strdup(v->arena, symbol) : NULL;
	finding->what = what;
	finding->why = why;
}

void verify_skipped(struct verify *v, const char *reason)
{
	struct verify_skip *skip;

	for (uint32_t i = 0; i < v->result->skips.n; i++)
		if (!strcmp(v->result->skips.v[i].rule, v->rule) && !strcmp(v->result->skips.v[i].reason, reason))
			return;
	skip = vec_push(&v->result->skips);
	skip->rule = v->rule;
	skip->reason = reason;
}
