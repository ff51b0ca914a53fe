/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The placement of one object in the target, as klp-place writes it and create-diff-object reads it: a text of
 * tab-separated records, described in klp-place(1).
 */
#ifndef KLP_PLACE_PLACEMENT_H
#define KLP_PLACE_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/strmap.h"

struct arena;
struct diag;

struct placement_record {
	const char *name;        /* in the object that was placed */
	const char *type;        /* "func", "object" or "notype" */
	const char *address;     /* as the file has it */
	const char *target_name; /* in kallsyms, or in the module's symbol table; NULL: no symbol stands there */
	uint64_t size;           /* bytes */
	uint32_t sympos;         /* of target_name: 0 if it is unique in the target object, else 1-based */
	bool defined;            /* in the object that was placed */
};

struct placement {
	const char *object; /* "vmlinux" or the module's name */
	bool base_is_same; /* the target has this object's code; else places are those of what matched, and some lack */
	struct placement_record *records;
	uint32_t n;
	struct strmap defined;   /* name -> record, of symbols that the placed object defines */
	struct strmap undefined; /* likewise of those that it only refers to */
	struct arena *arena;     /* owns all of the above */
};

/* Reads a placement file. Returns 0 or -errno, reported with the line. */
int placement_read(const char *path, struct placement **placement, struct diag *diag)
	__attribute__((warn_unused_result));
void placement_free(struct placement *placement);

/* The record of a symbol that the placed object defines, or of one that it refers to; NULL: none. */
const struct placement_record *placement_find(const struct placement *placement, const char *name, bool defined);

#endif
