/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of a manifest, for those that make and check one (manifest.h), and the file that they are written to. */
#ifndef KLP_UTIL_MANIFEST_FILE_H
#define KLP_UTIL_MANIFEST_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "util/vec.h"

struct arena;
struct diag;

/* Of a manifest that was read, all but path and mode is there after manifest_record_known(). */
struct manifest_record {
	const char *path;      /* below the directory, "." for itself */
	const char *line;      /* as it was read, without the newline; NULL when all below is known */
	unsigned int mode;     /* type and permissions */
	uint64_t size;         /* bytes; 0 for a directory */
	uint64_t mtime, ctime; /* ns */
	uint64_t ino;
	XXH128_hash_t hash; /* of a file's content or a link's target; zero for a directory */
};

struct manifest {
	VEC(struct manifest_record) records; /* in the order of manifest_path_compare() */
	struct arena *arena;                 /* owns the paths, or the text that holds them */
};

void manifest_free(struct manifest *manifest);

void manifest_take_stat(struct manifest_record *r, const struct stat *st);
/* Have both the same inode, mode, size and times? Then they are the same file with the same content. */
bool manifest_is_same(const struct manifest_record *a, const struct manifest_record *b);
/*
 * Stores the hash of the content of what r->mode says that it is, below the directory root. Nothing is followed, and
 * nothing is opened that could block. Returns 0, or -errno.
 */
int manifest_hash(int root, struct manifest_record *r);

/*
 * The order of a walk that sorts the names in each directory by their bytes: a directory comes before what is in it,
 * and that before what follows the directory.
 */
int manifest_path_compare(const char *a, const char *b);
/* Returns the index of the record of this path, or -1. */
int64_t manifest_find(const struct manifest *m, const char *path);
/* Reads what the record's line says. Returns false if that is no record. */
bool manifest_record_known(struct manifest_record *r);
/* Returns 0, or -errno, reported. */
int manifest_write(const struct manifest *m, const char *file, const char *name, struct diag *diag);
/* Returns false if there is no whole manifest of this name, that is ours and no link; *m is empty then. */
bool manifest_read(struct manifest *m, const char *file, const char *name);

#endif
