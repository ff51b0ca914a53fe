/* SPDX-License-Identifier: GPL-2.0-only */
/* Where variables of functions are declared in the source, and what they are. */
#ifndef KLP_ELF_STATICS_H
#define KLP_ELF_STATICS_H

#include <stdbool.h>
#include <stdint.h>

struct debug_info;
struct statics;

struct static_local {
	const char *function; /* that declares it, also where that is inlined; owned by the debug information */
	int line;             /* 0: unknown */
	/* name of its structure or union, "" if it is something else; NULL: unknown; owned as function */
	const char *type;
};

/* debug must outlive the result, and may be NULL: then so is it. The caller frees with statics_free(). */
struct statics *statics_new(const struct debug_info *debug);
/* NULL is allowed. */
void statics_free(struct statics *statics);

/* The one of this symbol ("count.3") that stands at offset of a section; false if nothing is known of it. */
bool statics_find(const struct statics *statics, uint32_t sec, uint64_t offset, const char *symbol,
		  struct static_local *found);

#endif
