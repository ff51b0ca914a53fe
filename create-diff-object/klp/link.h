/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the diff objects of one module need from each other and from the kernel, before they are linked.
 *
 * modpost would find a symbol that nobody has as well, but not the object that needs it, and only as the last of many
 * lines. It can't know at all that one module of the target is there without another.
 */
#ifndef KLP_KLP_LINK_H
#define KLP_KLP_LINK_H

#include <stdint.h>

#include "util/rules.h"
#include "util/vec.h"

struct arena;
struct elf_obj;
struct symvers;

struct link_object {
	const char *name;   /* for messages */
	const char *module; /* "vmlinux", or the module of the target that it changes */
	const struct elf_obj *obj;
};

struct link_input {
	const struct link_object *objects; /* all that the patch changes */
	uint32_t n;
	const char *part;              /* of which the module has those for this one; NULL: all of them */
	const struct symvers *symvers; /* the target's */
	const char *modules;           /* directory of the target's modules, or NULL */
	const char *release;           /* the target, for messages */
};

/* A symbol that an object of the module needs and can't have, or that another object defines too. */
struct link_lack {
	enum rule rule; /* RULE_SYMBOL_MISSING or RULE_SYMBOL_TWICE */
	const char *object;
	const char *symbol;
	const char *why; /* the rest of "it needs foo, which only module bar has" or "foo: is also defined by a.o" */
};

struct link_result {
	VEC(struct link_lack) lacks;
	VEC(const char *) namespaces; /* of the exports that are needed; sorted, each once */
	VEC(const char *) kept;       /* what may be known by its address when the livepatch is gone; likewise */
	struct arena *arena;          /* owns the strings */
};

void link_run(const struct link_input *input, struct link_result *result);
void link_result_free(struct link_result *result);

#endif
