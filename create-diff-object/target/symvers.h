/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Module.symvers: which symbols a kernel exports, with their CRCs and owners.
 */
#ifndef KLP_TARGET_SYMVERS_H
#define KLP_TARGET_SYMVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "target/wanted.h"
#include "util/strmap.h"

struct arena;
struct diag;

struct symvers_entry {
	const char *name;
	const char *owner;  /* as in the file: "vmlinux" or a module's path, "net/ipv4/tcp_cubic" */
	const char *module; /* "vmlinux" or the module's name as the kernel shows it, "tcp_cubic" */
	const char *ns;     /* symbol namespace, "" if none */
	uint32_t crc;
	bool gpl_only;
};

struct symvers {
	struct symvers_entry *entries; /* in the order of the file */
	uint32_t nentries;
	struct strmap by_name;
	struct arena *arena; /* owns all of the above */
};

/* Reads a Module.symvers; an empty file (/dev/null) exports nothing. Returns 0 or -errno, reported with the line. */
int symvers_read(const char *path, struct symvers **symvers, struct diag *diag) __attribute__((warn_unused_result));
/* The same, but only the names that are wanted are kept. wanted may be NULL: all. */
int symvers_read_wanted(const char *path, name_wanted *wanted, const void *arg, struct symvers **symvers,
			struct diag *diag) __attribute__((warn_unused_result));
void symvers_free(struct symvers *symvers);

/* Returns the entry of that name, or NULL. */
const struct symvers_entry *symvers_find(const struct symvers *symvers, const char *name);

#endif
