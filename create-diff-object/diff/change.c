// SPDX-License-Identifier: GPL-2.0-only
/* See change.h. */
#include "diff/change.h"

const char *difference_text(enum difference why)
{
	switch (why) {
	case DIFF_SIZE:
		return "its size";
	case DIFF_BYTES:
		return "its content";
	case DIFF_TARGET:
		return "a reference in it";
	case DIFF_ENTRY:
		return "its entry in a special section";
	case DIFF_CALLEE:
		return "a function that it calls";
	case DIFF_KIND:
		return "the kind of its section (read-only, writable, per-CPU)";
	case DIFF_SECTION:
		return "its section";
	case DIFF_ALIGNMENT:
		return "its alignment";
	case DIFF_LABELS:
		return "its table of labels";
	case DIFF_PART:
		return "its .cold part";
	case DIFF_CONSTANT:
		return "a constant that it refers to";
	default:
		return "nothing";
	}
}
