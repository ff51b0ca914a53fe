/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hunks of the patch touch a function, a variable or a type: so a refusal can name them, and a function that
 * changed only because of what is inlined into it is told from one that the author changed.
 *
 * Whoever made the objects knows the hunks (kpatch-build's lib/hunks.sh), and hands them over as a table (--hunks), a
 * row for each piece of a hunk, with tabs:
 *
 *   file     below the source
 *   hunk     how messages name it: "@@ -10,7 +10,8 @@"
 *   first, last          what is declared in these lines of the original is touched; none if first > last
 *   new first, new last  in these lines of the patched file stands what is new
 *
 * Lines count from 1, and the patched file's are those that __LINE__ has, which the driver keeps as in the original.
 */
#ifndef KLP_DIFF_ORIGIN_H
#define KLP_DIFF_ORIGIN_H

#include "util/diag.h"

struct elf_obj;
struct origin;

enum origin_kind {
	ORIGIN_UNKNOWN,   /* the debug information has no such name, or there is no table */
	ORIGIN_HUNK,      /* declared where a hunk is */
	ORIGIN_ELSEWHERE, /* declared where no hunk is */
};

/*
 * Reads the table; of orig and patched, which must outlive the result, the debug information is read when something is
 * asked for. The caller frees with origin_free(). Returns 0, or -errno, reported.
 */
int origin_read(const char *table, const struct elf_obj *orig, const struct elf_obj *patched, struct origin **result,
		struct diag *diag) __attribute__((warn_unused_result));
/* NULL is allowed. */
void origin_free(struct origin *origin);

/* name: of a symbol ("foo.isra.0") or a type. origin may be NULL. */
enum origin_kind origin_of(struct origin *origin, const char *name);

/* A diag_find_hunks (util/diag.h); arg is the struct origin. */
void origin_find_hunks(void *arg, const char *place, diag_tell_hunk *tell, void *tell_arg);

#endif
