// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict, for people and for programs. Both forms hold the same facts.
 */
#include <inttypes.h>
#include <string.h>

#include "util/fold.h"
#include "verify/verify.h"

void verify_print_text(const struct verify_result *result, FILE *out)
{
	for (uint32_t i = 0; i < result->findings.n; i++) {
		const struct verify_finding *finding = &result->findings.v[i];
		const char *symbol = finding->symbol ? finding->symbol : "", *colon = finding->symbol ? ": " : "";

		if (finding->section)
			fold_printf(out, "%s: %s+0x%lx: %s%s%s: %s; %s", result->module, finding->section,
				    (unsigned long)finding->offset, symbol, colon, finding->rule, finding->what,
				    finding->why);
		else
			fold_printf(out, "%s: %s%s%s: %s; %s", result->module, symbol, colon, finding->rule,
				    finding->what, finding->why);
	}
	for (uint32_t i = 0; i < result->skips.n; i++)
		fold_printf(out, "%s: note: %s: not checked: %s", result->module, result->skips.v[i].rule,
			    result->skips.v[i].reason);
	if (result->findings.n)
		fold_printf(out, "%s: relocation rules: %u violation%s", result->module, result->findings.n,
			    result->findings.n == 1 ? "" : "s");
	else
		fold_printf(out, "%s: relocation rules: pass", result->module);
}

/* How long the UTF-8 character at s is, 0 if it is none. */
static size_t utf8_length(const char *s)
{
	const unsigned char *at = (const unsigned char *)s;
	size_t length = at[0] >= 0xf0 && at[0] < 0xf5 ? 4 : at[0] >= 0xe0 ? 3 : 2;

	if (at[0] < 0xc2 || at[0] >= 0xf5)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* What is neither ASCII nor UTF-8 (a name of a file or symbol can be anything) becomes the character of that number. */
static void print_string(FILE *out, const char *s)
{
	if (!s) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		size_t length = utf8_length(s);

		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (length) {
			fwrite(s, 1, length, out);
			s += length - 1;
		} else if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			fprintf(out, "\\u%04x", (unsigned char)*s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

static void print_field(FILE *out, const char *separator, const char *name, const char *value)
{
	fprintf(out, "%s\"%s\": ", separator, name);
	print_string(out, value);
}

static uint32_t count_findings(const struct verify_result *result, const char *rule)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < result->findings.n; i++)
		n += !strcmp(result->findings.v[i].rule, rule);
	return n;
}

static void print_names(FILE *out, const char *list, const struct verify_name *names, uint32_t n)
{
	fprintf(out, "\n  ],\n  \"%s\": [", list);
	for (uint32_t i = 0; i < n; i++) {
		print_field(out, i ? ",\n    {" : "\n    {", "object", names[i].object);
		print_field(out, ", ", "name", names[i].name);
		fprintf(out, ", \"sympos\": %" PRIu64 "}", names[i].sympos);
	}
}

void verify_print_json(const struct verify_result *result, FILE *out)
{
	const char *id, *meaning;

	print_field(out, "{\n  ", "module", result->module);
	print_field(out, ",\n  ", "verdict", result->findings.n ? "violation" : "pass");
	fputs(",\n  \"rules\": [", out);
	for (uint32_t i = 0; verify_rule_name(i, &id, &meaning); i++) {
		print_field(out, i ? ",\n    {" : "\n    {", "id", id);
		print_field(out, ", ", "meaning", meaning);
		fprintf(out, ", \"findings\": %u}", count_findings(result, id));
	}
	fputs("\n  ],\n  \"not_checked\": [", out);
	for (uint32_t i = 0; i < result->skips.n; i++) {
		print_field(out, i ? ",\n    {" : "\n    {", "rule", result->skips.v[i].rule);
		print_field(out, ", ", "reason", result->skips.v[i].reason);
		fputc('}', out);
	}
	fputs("\n  ],\n  \"findings\": [", out);
	for (uint32_t i = 0; i < result->findings.n; i++) {
		const struct verify_finding *finding = &result->findings.v[i];

		print_field(out, i ? ",\n    {" : "\n    {", "rule", finding->rule);
		print_field(out, ", ", "section", finding->section);
		fprintf(out, ", \"offset\": %lu", (unsigned long)finding->offset);
		print_field(out, ", ", "symbol", finding->symbol);
		print_field(out, ", ", "what", finding->what);
		print_field(out, ", ", "why", finding->why);
		fputc('}', out);
	}
	print_names(out, "functions", result->functions.v, result->functions.n);
	print_names(out, "symbols", result->symbols.v, result->symbols.n);
	fputs("\n  ]\n}\n", out);
}
