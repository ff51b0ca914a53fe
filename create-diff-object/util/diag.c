// SPDX-License-Identifier: GPL-2.0-only
/* See diag.h for the form of messages and for when a run stops. */
#include "util/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/fold.h"
#include "util/memory.h"

static const struct {
	const char *word;   /* in the message; NULL: none */
	const char *record; /* in the report */
	int err;
} levels[] = {
	[DIAG_NOTE] = {"note", "note", 0},
	[DIAG_WARNING] = {"warning", "warning", 0},
	[DIAG_ACCEPTED] = {"warning: accepted", "accepted", 0},
	[DIAG_REFUSAL] = {"refused", "refused", -EPERM},
	[DIAG_DIFFERS] = {NULL, "refused", -EPERM},
	[DIAG_ERROR] = {"error", "error", -EINVAL},
};

bool diag_is_accepted(const struct diag *diag, enum rule rule, const char *name)
{
	for (uint32_t i = 0; i < diag->accepts.n; i++)
		if (diag->accepts.v[i].rule == rule && !strcmp(diag->accepts.v[i].name, name))
			return true;
	return false;
}

static bool take_accept(struct diag *diag, enum rule rule, const char *name)
{
	if (!name || !diag_is_accepted(diag, rule, name))
		return false;
	for (uint32_t i = 0; i < diag->accepts.n; i++)
		if (diag->accepts.v[i].rule == rule && !strcmp(diag->accepts.v[i].name, name))
			diag->accepts.v[i].used = true;
	return true;
}

int diag_accept(struct diag *diag, const char *text)
{
	const char *colon = strchr(text, ':');
	enum rule rule = rule_find(text, colon ? (size_t)(colon - text) : strlen(text));
	struct diag_accept *accept;

	if (rule == RULE_NONE)
		return diag_error(diag, NULL, "--accept",
				  "'%s' does not begin with a rule; --list-rules has their names", text);
	if (!colon || !colon[1])
		return diag_error(diag, NULL, "--accept", "'%s' has no name; the form is RULE:NAME", text);
	if (!rule_info(rule)->may_accept)
		return diag_error(diag, NULL, "--accept", "'%s': what this rule refuses can't be accepted", text);
	accept = vec_push(&diag->accepts);
	accept->rule = rule;
	accept->name = colon + 1;
	return 0;
}

void diag_warn_unused_accepts(struct diag *diag)
{
	for (uint32_t i = 0; i < diag->accepts.n; i++) {
		const struct diag_accept *accept = &diag->accepts.v[i];

		if (!accept->used)
			diag_warn(diag, RULE_UNUSED_ACCEPT, NULL, "--accept", "%s:%s matched nothing",
				  rule_info(accept->rule)->name, accept->name);
	}
}

/* One field of a record. A name may have any byte in it. */
static void put_field(FILE *file, const char *text)
{
	fputc('\t', file);
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' ? '?' : *text, file);
}

void diag_record(const struct diag *diag, const char *kind, enum rule rule, const char *place, const char *what)
{
	if (!diag->report)
		return;
	fputs(kind, diag->report);
	put_field(diag->report, rule == RULE_NONE ? "-" : rule_info(rule)->name);
	put_field(diag->report, place ? place : "-");
	put_field(diag->report, what);
	fputc('\n', diag->report);
}

static void put_message(const struct diag *diag, enum diag_level level, enum rule rule, const char *file,
			const char *place, const char *text)
{
	const char *word = levels[level].word;

	if (!diag->out)
		return;
	fold_printf(diag->out, "%s%s%s%s%s%s%s%s%s%s", file ? file : "", file ? ": " : "", place ? place : "",
		    place ? ": " : "", word ? word : "", word ? ": " : "", text, rule == RULE_NONE ? "" : " [",
		    rule == RULE_NONE ? "" : rule_info(rule)->name, rule == RULE_NONE ? "" : "]");
}

struct hunk_names {
	const struct diag *diag;
	enum rule rule;
	const char *place;
	FILE *text; /* behind the message; records have the text alone */
	bool records;
	unsigned int n;
};

static void tell_hunk(void *arg, const char *file, const char *hunk)
{
	struct hunk_names *names = arg;

	if (names->records) {
		fputs("hunk", names->diag->report);
		put_field(names->diag->report, names->rule == RULE_NONE ? "-" : rule_info(names->rule)->name);
		put_field(names->diag->report, names->place);
		put_field(names->diag->report, file);
		put_field(names->diag->report, hunk);
		fputc('\n', names->diag->report);
	} else {
		fprintf(names->text, "%s%s of %s", names->n++ ? ", " : " (hunk ", hunk, file);
	}
}

/* The text of a refusal, and behind it the hunks that it comes from; to be freed. */
static char *with_hunks(const struct diag *diag, const char *place, char *text)
{
	struct hunk_names names = {.diag = diag, .place = place};
	char *more = NULL;
	size_t size;

	names.text = open_memstream(&more, &size);
	if (!names.text)
		memory_exhausted();
	fputs(text, names.text);
	diag->find_hunks(diag->hunks, place, tell_hunk, &names);
	if (names.n)
		fputc(')', names.text);
	if (fclose(names.text))
		memory_exhausted();
	free(text);
	return more;
}

static void put_hunk_records(const struct diag *diag, enum rule rule, const char *place)
{
	struct hunk_names names = {.diag = diag, .rule = rule, .place = place, .records = true};

	if (diag->report)
		diag->find_hunks(diag->hunks, place, tell_hunk, &names);
}

int diag_report(struct diag *diag, enum diag_level level, enum rule rule, const char *file, const char *place,
		const char *fmt, ...)
{
	va_list ap;
	char *text;
	bool has_hunks;
	int len;

	if ((level == DIAG_REFUSAL || level == DIAG_WARNING) && take_accept(diag, rule, place))
		level = DIAG_ACCEPTED;
	diag->warnings += level == DIAG_WARNING || level == DIAG_ACCEPTED;
	diag->refusals += level == DIAG_REFUSAL || level == DIAG_DIFFERS;
	diag->errors += level == DIAG_ERROR;
	if (!diag->out && !diag->report)
		return levels[level].err;
	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		memory_exhausted();
	has_hunks = level == DIAG_REFUSAL && place && diag->find_hunks;
	diag_record(diag, levels[level].record, rule, place, text);
	if (has_hunks) {
		put_hunk_records(diag, rule, place);
		text = with_hunks(diag, place, text);
	}
	put_message(diag, level, rule, file, place, text);
	free(text);
	return levels[level].err;
}

int diag_checkpoint(const struct diag *diag)
{
	if (diag->errors)
		return -EINVAL;
	return diag->refusals ? -EPERM : 0;
}

enum exit_code diag_exit_code(const struct diag *diag, int err)
{
	if (diag->errors || (err && !diag->refusals))
		return EXIT_CODE_ERROR;
	return diag->refusals ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
}

void diag_free(struct diag *diag)
{
	vec_free(&diag->accepts);
}
