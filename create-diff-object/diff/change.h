/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said of a piece of the patched object that was compared with its partner in the original. */
#ifndef KLP_DIFF_CHANGE_H
#define KLP_DIFF_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

struct entry;

enum change {
	CHANGE_SAME,
	CHANGE_CHANGED,
	CHANGE_NEW, /* has no partner */
};

/* The first difference that was found, for messages. */
enum difference {
	DIFF_NONE,
	DIFF_SIZE,
	DIFF_BYTES,
	DIFF_TARGET,    /* a reference means something else */
	DIFF_ENTRY,     /* an entry of a special table differs or is missing on one side */
	DIFF_KIND,      /* a variable became constant, percpu, read-only after init, or stopped to be so */
	DIFF_SECTION,   /* its section says something else of it than it did */
	DIFF_ALIGNMENT, /* a variable is aligned to more than it was */
	DIFF_CALLEE,    /* it calls a changed function that ftrace can't reach: see copied */
	DIFF_PART,      /* the function's .cold part changed, appeared or vanished */
	DIFF_LABELS,    /* its table for `goto *` differs */
	DIFF_CONSTANT,  /* it refers to a constant that is copied: see by */
};

/* What a variable that both objects have holds of the insides of changed functions, as a table for `goto *` does. */
enum labels {
	LABELS_NONE,
	LABELS_OWN, /* a constant that only the function itself reads: its copy has one of its own */
	LABELS_OLD, /* others may read it, and in the running kernel it leads into the old function */
};

struct change_info {
	enum change change;
	enum difference why;
	/*
	 * Bytes from the start of the patched piece to the first difference, for DIFF_SIZE, _BYTES, _TARGET, _CALLEE,
	 * _CONSTANT.
	 */
	uint64_t where;
	const struct entry *orig_entry, *entry; /* DIFF_ENTRY: the first that differ; one is NULL if there is none */
	/*
	 * A changed static function without an ftrace location (an `inline` that GCC kept out of line, like the
	 * __do_sys_newuname() of SYSCALL_DEFINE1(newuname)) is changed through its callers: all of them are in this
	 * object, each calls its new copy, and the function itself is not patched. So with a constant whose address
	 * nobody else knows: all its readers are changed, and read its new copy.
	 */
	bool copied;
	bool left_out; /* it differs by .why, and the author does not want that in the livepatch */
	uint32_t by;   /* DIFF_CONSTANT: the patched piece of that constant */
	enum labels labels;
	/* Bytes between it and its neighbours, which no symbol names, differ in more than padding. */
	bool gap_differs;
};

/* Makes a piece a changed one for a reason outside of its own bytes, while changes are made. */
static inline void change_make(struct change_info *info, enum difference why, uint64_t where)
{
	info->change = CHANGE_CHANGED;
	info->why = why;
	info->where = where;
}

/* A short text for messages: "its size", "a reference". */
const char *difference_text(enum difference why);
/* The same as a word of the records. */
const char *difference_word(enum difference why);

#endif
