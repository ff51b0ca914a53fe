/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed: each piece of the patched object against its partner in the original.
 */
#ifndef KLP_DIFF_COMPARE_H
#define KLP_DIFF_COMPARE_H

#include "diff/correlate.h"
#include "diff/side.h"

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
	DIFF_KIND,      /* a datum became constant, percpu, read-only after init, or stopped to be so */
	DIFF_SECTION,   /* its section says something else of it than it did */
	DIFF_ALIGNMENT, /* a datum is aligned to more than it was */
	DIFF_CALLEE,    /* it calls a changed function that ftrace can't reach: see carried */
	DIFF_PART,      /* the function's .cold part changed, appeared or vanished */
	DIFF_LABELS,    /* its table for `goto *` differs */
	DIFF_CONSTANT,  /* it refers to a constant that is carried: see by */
};

/* What a datum that both objects have holds of the insides of changed functions, as a table for `goto *` does. */
enum labels {
	LABELS_NONE,
	LABELS_OWN, /* a constant that only the function itself reads: its copy has one of its own */
	LABELS_OLD, /* others may read it, and in the running kernel it leads into the old function */
};

struct author;
struct diag;
struct lines;

struct change_info {
	enum change change;
	enum difference why;
	/* Bytes from the start of the patched piece to the first difference, for DIFF_SIZE, _BYTES, _TARGET, _CALLEE, _CONSTANT. */
	uint64_t where;
	const struct entry *orig_entry, *entry; /* DIFF_ENTRY: the first that differ; one is NULL if there is none */
	/*
	 * A changed static function without an ftrace location (an `inline` that GCC kept out of line, like the
	 * __do_sys_newuname() of SYSCALL_DEFINE1(newuname)) is changed through its callers: all of them are in this
	 * object, each calls its new copy, and the function itself is not patched. So with a constant whose address
	 * nobody else knows: all its readers are changed, and read its new copy.
	 */
	bool carried;
	bool left_out; /* it differs by .why, and the author does not want that in the livepatch */
	uint32_t by;   /* DIFF_CONSTANT: the patched piece of that constant */
	enum labels labels;
	/* Bytes between it and its neighbours, which no symbol names, differ in more than padding. */
	bool gap_differs;
};

struct changes {
	struct change_info *v; /* by patched piece */
	struct arena *arena;   /* owns all of the above */
};

/*
 * Compares everything, but for what the author asked to leave out. A change of a .cold part is a change of its function too.
 * Warns where a difference is guessed to be that of a line number.
 */
int changes_new(const struct side *orig, const struct side *patched, const struct corr *corr,
		const struct author *author, struct changes **result, struct diag *diag)
	__attribute__((warn_unused_result));
void changes_free(struct changes *changes);

/* Makes a piece a changed one for a reason outside of its own bytes, while changes are made. */
static inline void change_make(struct change_info *info, enum difference why, uint64_t where)
{
	info->change = CHANGE_CHANGED;
	info->why = why;
	info->where = where;
}

/* A short text for messages: "its size", "a reference". */
const char *difference_text(enum difference why);

/* Do two descriptors of pr_debug() say the same? lines: of both objects. */
bool descriptors_equal(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p,
		       const struct corr *corr, struct lines *lines, bool with_line);

/*
 * Where do len bytes of data begin to hold something else, references included: those of the original piece o from o_at on, and those of
 * the patched piece p from p_at on? Both have to be there. at: bytes from the entry of the piece. Returns bytes from there, len: nowhere.
 */
uint64_t data_find_difference(const struct side *orig, uint32_t o, uint64_t o_at, const struct side *patched,
			      uint32_t p, uint64_t p_at, uint64_t len, const struct corr *corr, struct lines *lines);

/*
 * Do both sections hold the same, references included, for the same uses? For those that are not known, whose order matters too.
 * Warns of guesses about what has no partner in them.
 */
bool sections_equal(const struct side *orig, uint32_t orig_sec, const struct side *patched, uint32_t patched_sec,
		    const struct corr *corr, struct diag *diag);

#endif
