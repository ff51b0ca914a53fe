/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a directory of the cache holds, written down when it was complete: each file with its identity (inode, mode,
 * size, times) and a hash of its content. A run that uses the directory later first asks whether it is still that.
 *
 * Looking at an identity takes microseconds; the time of the last change of an inode (ctime) can't be set, so a file of
 * the same identity is the same file with the same content. Where it differs, the content decides: a cache that was
 * copied or restored has new inodes and is whole all the same. A directory whose identity is unchanged has the same
 * names in it, and the same links, so that only changed ones are read. Everything must belong to the user who asks.
 */
#ifndef KLP_UTIL_MANIFEST_H
#define KLP_UTIL_MANIFEST_H

#include <stdbool.h>
#include <stdio.h>

struct diag;

struct manifest_check {
	const char *dir;  /* the directory */
	const char *file; /* its manifest */
	const char *name; /* what it was sealed as */
	FILE *only;       /* look at these paths below dir, one a line; NULL: at all */
	bool light;       /* leave out C sources, headers, assembly and documentation: who reads them asks by name */
	bool prune;       /* remove what the manifest does not have, instead of complaining */
	FILE *out;        /* one line for each of the first differences */
};

/*
 * Writes the manifest of dir, which was complete under this name. Hashes of files that an earlier manifest in this
 * place has with the same identity are kept. Returns 0 or -errno, reported.
 */
int manifest_seal(const char *dir, const char *file, const char *name, struct diag *diag);
/*
 * Is the directory what was sealed? Returns 1 if it is, 0 if it is not (missing, another one's, changed, or without a
 * whole manifest), -errno if that can't be told, reported. The manifest is brought up to date where only identities
 * differ.
 */
int manifest_check(const struct manifest_check *check, struct diag *diag);
/*
 * Writes to out one line that names what the files below directory prefix are, without their identities: kind,
 * permissions, size and content. Returns 0; -ENOENT, reported, if there is no whole manifest of this name.
 */
int manifest_content(const char *file, const char *name, const char *prefix, FILE *out, struct diag *diag);

#endif
