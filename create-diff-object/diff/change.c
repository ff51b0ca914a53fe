// SPDX-License-Identifier: GPL-2.0-only
/* See change.h. */
#include "diff/change.h"

static const struct {
	const char *word, *text;
} differences[] = {
	[DIFF_NONE] = {"none", "nothing"},
	[DIFF_SIZE] = {"size", "its size"},
	[DIFF_BYTES] = {"content", "its content"},
	[DIFF_TARGET] = {"reference", "a reference in it"},
	[DIFF_ENTRY] = {"entry", "its entry in a special section"},
	[DIFF_KIND] = {"kind", "the kind of its section (read-only, writable, per-CPU)"},
	[DIFF_SECTION] = {"section", "its section"},
	[DIFF_ALIGNMENT] = {"alignment", "its alignment"},
	[DIFF_CALLEE] = {"callee", "a function that it calls"},
	[DIFF_PART] = {"cold-part", "its .cold part"},
	[DIFF_LABELS] = {"labels", "its table of labels"},
	[DIFF_CONSTANT] = {"constant", "a constant that it refers to"},
};

const char *difference_text(enum difference why)
{
	return differences[why].text;
}

const char *difference_word(enum difference why)
{
	return differences[why].word;
}
