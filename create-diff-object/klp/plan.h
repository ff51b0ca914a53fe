/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the output refers to what is not copied into it: one decision per symbol.
 */
#ifndef KLP_KLP_PLAN_H
#define KLP_KLP_PLAN_H

#include "diff/select.h"

struct placement;
struct symtab;
struct symvers;

/* The object that is patched and all that is known of its symbols. */
struct plan_target {
	const char *object;                /* "vmlinux" or a module's name, with '_' */
	const struct symtab *symtab;       /* its symbols */
	const struct symtab *kernel;       /* if it is a module, vmlinux's symbols; NULL: not known */
	const struct symvers *symvers;     /* who exports what */
	const struct placement *placement; /* of the original object, NULL: none */
	bool present; /* a module that is there whenever the livepatch is loaded (per-object form) */
};

enum plan_kind {
	PLAN_PLAIN, /* an ordinary undefined symbol: exported by vmlinux, or defined by another object of the patch */
	PLAN_EARLY, /* a livepatch symbol of vmlinux, or of a module that is there: resolved when ours is loaded */
	PLAN_LATE,  /* a livepatch symbol of a module: resolved when that module is there */
};

struct plan_symbol {
	enum plan_kind kind;
	const char *name; /* as the output's symbol table has it: "kmalloc" or ".klp.sym.vmlinux.meminfo_proc_show,0" */
	const char *ns;   /* PLAN_PLAIN: the namespace that the module must import for it, NULL: none */
	bool is_of_patch; /* PLAN_PLAIN: nobody exports it, so another object of the patch must define it */
};

struct plan {
	struct plan_symbol *of_sym; /* by symbol index of the patched object; .name NULL: not needed */
	struct arena *arena;        /* owns all of the above */
};

/* A function of the target, for the table of patched functions. */
struct plan_function {
	const char *name;
	uint32_t sympos; /* 0: unique */
};

/*
 * Decides for every symbol that an included piece, or an entry of one, refers to and that is not copied. A symbol that
 * can't be told apart from others is refused by name.
 */
int plan_new(const struct diff *diff, const struct plan_target *target, struct plan **result, struct diag *diag)
	__attribute__((warn_unused_result));
void plan_free(struct plan *plan);

/* The name and sympos of a changed function (original piece) in the running kernel; refused if they can't be told. */
int plan_find_function(const struct diff *diff, const struct plan_target *target, uint32_t orig,
		       struct plan_function *function, struct diag *diag) __attribute__((warn_unused_result));

/* The symbol that stands for what a reference means: its own, or the main symbol of the piece. */
uint32_t plan_symbol_of_ref(const struct diff *diff, const struct ref *ref);

#endif
