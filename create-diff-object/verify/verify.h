/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The relocation rules, checked on a finished livepatch module, ours or anyone's.
 *
 * The file is read from disk and each rule is derived again from what it says and from the target kernel.
 * The ELF reader, the symbol sources and the facts about kernel and machine (kernel/, arch/) are the engine's. Nothing
 * that plans or writes modules is used here, so a mistake there can't hide itself. doc/relocation-rules.md gives the
 * rules with their reasons.
 */
#ifndef KLP_VERIFY_VERIFY_H
#define KLP_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/vec.h"

struct arena;
struct diag;

struct verify_input {
	const char *module;  /* the finished .ko */
	const char *vmlinux; /* the target: vmlinux, a bootable image, or kallsyms or System.map text */
	const char *symvers; /* its Module.symvers */
	const char *symbols; /* kallsyms or System.map text instead of the image's own symbols, or NULL */
	const char *modules; /* directory with its modules, or NULL */
	/*
	 * the kernel that runs on the system with this root directory ("" for the own one) is the target, or NULL; then
	 * vmlinux and symbols are not given, and the rest need not be
	 */
	const char *running;
};

/* One place where a rule is violated. */
struct verify_finding {
	const char *rule;    /* "L4" */
	const char *section; /* NULL: the module as a whole */
	uint64_t offset;     /* bytes from the start of section */
	const char *symbol;  /* NULL: none */
	const char *what;
	const char *why; /* what goes wrong in the kernel */
};

/* A rule, or a part of one, that could not be checked with what was given. */
struct verify_skip {
	const char *rule;
	const char *reason;
};

/* A livepatch symbol, or a function that the livepatch replaces. */
struct verify_name {
	const char *object, *name;
	uint64_t sympos;
};

struct verify_result {
	const char *module;
	VEC(struct verify_name) symbols, functions;
	VEC(struct verify_finding) findings;
	VEC(struct verify_skip) skips;
	struct arena *arena; /* owns the strings */
};

/* The rules, for help texts: id and one line. i counts from 0; returns false behind the last one. */
bool verify_rule_name(uint32_t i, const char **id, const char **meaning);

/*
 * Checks all rules. Returns 0 if they could be checked, whatever came out, or -errno after reporting that a file
 * can't be read. verify_result_free() frees the result in both cases.
 */
int verify_run(const struct verify_input *input, struct verify_result *result, struct diag *diag)
	__attribute__((warn_unused_result));
void verify_result_free(struct verify_result *result);

/* A message for each violation: `file: section+0xoff: symbol: Lx: what; why`. */
void verify_print_text(const struct verify_result *result, FILE *out);
/* The same as one JSON object. */
void verify_print_json(const struct verify_result *result, FILE *out);

#endif
