/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checks of the rules share: the module, the target, and how to report. Private to verify/.
 */
#ifndef KLP_VERIFY_CHECKS_H
#define KLP_VERIFY_CHECKS_H

#include "elf/model.h"
#include "elf/notes.h"
#include "kernel/livepatch.h"
#include "kernel/module.h"
#include "verify/verify.h"

struct image;
struct symtab;
struct symvers;

/* A livepatch relocation section that can be read. What can't be read violates L1 and is not in the list. */
struct klp_rela_sec {
	const struct elf_sec *sec;
	const char *object;           /* the object whose arrival applies it */
	const struct elf_sec *target; /* the section that is relocated */
	uint32_t target_index;
	bool is_late; /* applied when a module arrives, not when this one is loaded */
	struct elf_rela *relas;
	uint32_t nrelas;
};

/* The name of a livepatch symbol, as klp_resolve_symbols() of the kernel takes it apart. */
struct klp_sym_name {
	const char *object; /* NULL: not a livepatch symbol, or malformed */
	const char *symbol;
	unsigned long sympos;
	bool is_vmlinux;
};

/* A record of `.klp.funcs`: one patched function. */
struct klp_func_entry {
	const char *object;
	const char *name;
	uint64_t sympos;
	uint64_t offset; /* of the record in its section */
	uint32_t text;   /* index of the section of the new function, 0: it points to no code */
	uint64_t text_offset;
};

/* A record of `.klp.callbacks`. */
struct klp_callback_entry {
	const char *object;
	uint64_t kind;
	uint64_t offset; /* of the record in its section */
};

/* A part of `.klp.funcs` or `.klp.callbacks` that is no record. */
struct klp_bad_record {
	const char *section;
	uint64_t offset; /* in the section */
	const char *what;
	const char *why;
};

/* A module of the target, once it was asked for. */
struct verify_module {
	const char *name;
	struct image *image;
	struct elf_obj *obj;
	struct symtab *symbols; /* NULL: not found, or not readable */
};

struct verify {
	const struct verify_input *input;
	struct verify_result *result;
	struct arena *arena;
	const char *rule; /* id of the rule that is being checked */
	struct elf_obj *mod;
	struct image *mod_image; /* the bytes of mod, which may be compressed */
	struct image *image;     /* NULL: the target was given as text */
	struct elf_obj *vmlinux; /* the model of image, or NULL */
	const char *release;     /* of the target, NULL if not known */
	const char *modules_dir; /* where the target's modules are, or NULL */
	const char *no_image;    /* of a running kernel: why image is NULL */
	struct elf_note id;      /* build ID of vmlinux; size 0: not known */
	const char *vermagic;    /* of the target, NULL if not known */
	struct symtab *symbols;  /* of vmlinux */
	struct symvers *symvers; /* what it exports; empty if that is not known */
	bool has_exports;        /* it is known */
	bool has_versions;       /* with CRCs and namespaces */
	VEC(struct klp_rela_sec) klp_secs;
	struct klp_sym_name *names;      /* index: symbol of mod */
	const struct elf_sec *funcs_sec; /* `.klp.funcs`, or NULL */
	VEC(struct klp_func_entry) funcs;
	VEC(struct klp_callback_entry) callbacks;
	VEC(struct klp_bad_record) bad_records; /* what is not in funcs and callbacks */
	VEC(struct verify_module) modules;
};

/* Reports that the rule being checked is violated. section and symbol may be NULL. */
void verify_violated(struct verify *v, const char *section, uint64_t offset, const char *symbol, const char *why,
		     const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Notes that the rule being checked, or a part of it, could not be checked. reason must outlive the result. */
void verify_skipped(struct verify *v, const char *reason);

/* relas.c: fills klp_secs and names. */
void verify_read_livepatch(struct verify *v);

/* Is the relocation the displacement of a direct call or jump? The code is decoded from its function's start. */
bool verify_is_branch(const struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela);

/* records.c: fills funcs, callbacks and bad_records. */
void verify_read_records(struct verify *v);

/* modinfo.c: the value of `key=value` in the module's .modinfo, or NULL; and whether the pair exists. */
const char *verify_modinfo(const struct verify *v, const char *key);
bool verify_has_modinfo(const struct verify *v, const char *key, const char *value);
/* The value that follows another one of the same key; NULL as before asks for the first. */
const char *verify_next_modinfo(const struct verify *v, const char *key, const char *before);
/* The name that a module of the target gives itself, NULL if it gives none. */
const char *verify_module_name(const struct elf_obj *obj);
/* `depends=` of a module of the target: names with commas between, "" if it has none. */
const char *verify_module_depends_text(const struct verify_module *module);
/* Does the module of the target depend on the other one by itself? */
bool verify_module_depends(const struct verify_module *module, const char *other);

/* The checks, one per rule. */
void verify_check_form(struct verify *v);          /* L1, form.c */
void verify_check_module_symbol(struct verify *v); /* L2, symbols.c */
void verify_check_exported(struct verify *v);      /* L3, symbols.c */
void verify_check_sympos(struct verify *v);        /* L4, symbols.c */
void verify_check_module_refs(struct verify *v);   /* L5, symbols.c */
void verify_check_sites(struct verify *v);         /* L6, sites.c */
void verify_check_arch_sections(struct verify *v); /* L7, form.c */
void verify_check_functions(struct verify *v);     /* L8, functions.c */
void verify_check_name_lengths(struct verify *v);  /* L9, form.c */
void verify_check_versions(struct verify *v);      /* L10, versions.c */
void verify_check_build(struct verify *v);         /* L10, build.c */
void verify_check_properties(struct verify *v);    /* L11, modinfo.c */
void verify_check_sealed(struct verify *v);        /* L12, sealed.c */
void verify_check_unwind(struct verify *v);        /* L13, unwind.c */

#endif
