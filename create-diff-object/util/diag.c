// SPDX-License-Identifier: GPL-2.0-only
/* See diag.h for the form of messages and for when a run stops. */
#include "util/diag.h"

#include <errno.h>
#include <stdarg.h>

static const struct {
	const char *word;
	int err;
} levels[] = {
	[DIAG_NOTE] = {"note", 0},        [DIAG_WARNING] = {"warning", 0},   [DIAG_REFUSAL] = {"refused", -EPERM},
	[DIAG_UNPROVED] = {NULL, -EPERM}, [DIAG_ERROR] = {"error", -EINVAL},
};

int diag_report(struct diag *diag, enum diag_level level, const char *file, const char *place, const char *fmt, ...)
{
	va_list ap;

	diag->warnings += level == DIAG_WARNING;
	diag->refusals += level == DIAG_REFUSAL || level == DIAG_UNPROVED;
	diag->errors += level == DIAG_ERROR;
	if (diag->out) {
		if (file)
			fprintf(diag->out, "%s: ", file);
		if (place)
			fprintf(diag->out, "%s: ", place);
		if (levels[level].word)
			fprintf(diag->out, "%s: ", levels[level].word);
		va_start(ap, fmt);
		vfprintf(diag->out, fmt, ap);
		va_end(ap);
		fputc('\n', diag->out);
	}
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
