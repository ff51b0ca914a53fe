/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Constants that changed, and whose new content can be copied: only functions of this object know them, and read
 * the copy.
 */
#ifndef KLP_DIFF_CONSTANTS_H
#define KLP_DIFF_CONSTANTS_H

#include "diff/change.h"
#include "diff/correlate.h"
#include "diff/escape.h"

/* Why the new content of a constant can't take the place of the old one. */
enum constant_bar {
	CONSTANT_FREE,     /* it can */
	CONSTANT_NO,       /* it is no constant that others can't see by name, or stands in a section with others */
	CONSTANT_UNREAD,   /* no function of the patched object reads it */
	CONSTANT_REFERRED, /* something that is no function refers to it, or a function in a way that is not known */
	CONSTANT_INIT,     /* code that ran, or runs when the object leaves, reads it */
	CONSTANT_UNTRACED, /* ftrace can't reach a function that reads it */
	CONSTANT_ADDRESS,  /* others may know its address */
};

struct constant_verdict {
	enum constant_bar bar;
	const char *name;        /* CONSTANT_REFERRED to _UNTRACED: of whom; in the model */
	const struct side *side; /* CONSTANT_ADDRESS: where it goes is known by path, code of this side */
	struct escape_path path; /* CONSTANT_ADDRESS */
	const char *holder; /* CONSTANT_ADDRESS: the constant where the address was read, NULL: it is in the code */
};

/* Can the patched piece, a changed variable, be copied? */
struct constant_verdict constants_judge(const struct side *orig, const struct side *patched, const struct corr *corr,
					uint32_t p);

/* Does nobody but functions of its object know the original constant o, neither by name nor by address? */
bool constants_is_private(const struct side *orig, uint32_t o);

/*
 * Marks the changed constants for which that holds as copied, together with constants that hold their addresses, and
 * makes the functions that read them changed ones. info: by patched piece.
 */
void constants_copy(const struct side *orig, const struct side *patched, const struct corr *corr,
		    struct change_info *info);

#endif
