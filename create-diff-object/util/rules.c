// SPDX-License-Identifier: GPL-2.0-only
/* The table of rules.h, and how it is looked up. */
#include "util/rules.h"

#include <string.h>

#include "util/fold.h"

static const struct rule_info infos[] = {
#define RULE_INFO(id, name, may_accept, meaning) [RULE_##id] = {name, may_accept, meaning, "create-diff-object"},
	ENGINE_RULES(RULE_INFO)
#undef RULE_INFO
#define RULE_INFO(id, name, may_accept, meaning) [RULE_##id] = {name, may_accept, meaning, "klp-place"},
		PLACE_RULES(RULE_INFO)
#undef RULE_INFO
#define RULE_INFO(id, name, may_accept, meaning) [RULE_##id] = {name, may_accept, meaning, "klp-link"},
			LINK_RULES(RULE_INFO)
#undef RULE_INFO
#define RULE_INFO(id, name, may_accept, meaning) [RULE_##id] = {name, may_accept, meaning, "create-klp-module"},
				FINISH_RULES(RULE_INFO)
#undef RULE_INFO
#define RULE_INFO(id, name, may_accept, meaning) [RULE_##id] = {name, may_accept, meaning, "kpatch-build"},
					DRIVER_RULES(RULE_INFO)
#undef RULE_INFO
};

#define NRULES (sizeof(infos) / sizeof(infos[0]))

const struct rule_info *rule_info(enum rule rule)
{
	return rule == RULE_NONE ? NULL : &infos[rule];
}

enum rule rule_find(const char *text, size_t len)
{
	for (uint32_t i = RULE_NONE + 1; i < NRULES; i++)
		if (strlen(infos[i].name) == len && !memcmp(infos[i].name, text, len))
			return (enum rule)i;
	return RULE_NONE;
}

void rules_print(FILE *out)
{
	const char *program = "";

	for (uint32_t i = RULE_NONE + 1; i < NRULES; i++) {
		if (strcmp(program, infos[i].program))
			fprintf(out, "%s%s:\n", *program ? "\n" : "", infos[i].program);
		program = infos[i].program;
		fold_printf(out, "  %-18s  %s%s", infos[i].name, infos[i].meaning,
			    infos[i].may_accept ? "; may be accepted" : "");
	}
}

void rules_list(FILE *out)
{
	for (uint32_t i = RULE_NONE + 1; i < NRULES; i++)
		fprintf(out, "%s\t%s\t%s\t%s\n", infos[i].name, infos[i].may_accept ? "yes" : "no", infos[i].meaning,
			infos[i].program);
}
