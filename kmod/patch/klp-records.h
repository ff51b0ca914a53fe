/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of patched functions, callbacks and states, as every diff object carries its part of them.
 *
 * create-diff-object writes one record for each patched function into the section KLP_FUNCS_SECTION;
 * the linker script puts the parts of all objects behind each other; the hook turns the table into the
 * arrays that the kernel wants. Pointers are ordinary relocations, so the layout is that of the machine.
 *
 * By the sections KLP_AUTHOR_* the author of a patch asks for these: the macros of include/ fill them,
 * create-diff-object reads them, and no livepatch has them.
 */
#ifndef KLP_RECORDS_H
#define KLP_RECORDS_H

#define KLP_FUNCS_SECTION   ".klp.funcs"
/* The strings that the records point to. */
#define KLP_STRINGS_SECTION ".rodata.klp.str1.1"
/* How a record names the kernel itself; anything else is the name of a module, with '_' for '-'. */
#define KLP_VMLINUX         "vmlinux"

struct klp_func_record {
	/* Object that the function lives in: KLP_VMLINUX or a module. */
	const char *object;
	/* Name of the function in that object's symbol table. */
	const char *name;
	/* Start of the replacement, in the livepatch module. */
	void *new_func;
	/* Which of several symbols of this name, counted from 1; 0: the name is unique in the object. */
	unsigned long sympos;
};

/*
 * Most livepatches have none of these. In a module the tables end with a record of zeros, so that they are never empty.
 */
#define KLP_CALLBACKS_SECTION ".klp.callbacks"

enum klp_callback_kind {
	KLP_PRE_PATCH,
	KLP_POST_PATCH,
	KLP_PRE_UNPATCH,
	KLP_POST_UNPATCH,
};

struct klp_callback_record {
	/* As in klp_func_record. */
	const char *object;
	/* What the author wrote. */
	void *function;
	/* enum klp_callback_kind */
	unsigned long kind;
};

#define KLP_STATES_SECTION ".klp.states"

struct klp_states_record {
	/* Of struct klp_state; its last element has the id 0. */
	void *states;
};

/* Each holds pointers to functions. */
#define KLP_AUTHOR_PRE_PATCH       ".klp.author.pre_patch"
#define KLP_AUTHOR_POST_PATCH      ".klp.author.post_patch"
#define KLP_AUTHOR_PRE_UNPATCH     ".klp.author.pre_unpatch"
#define KLP_AUTHOR_POST_UNPATCH    ".klp.author.post_unpatch"
/* Of struct klp_states_request. */
#define KLP_AUTHOR_STATES          ".klp.author.states"
/* Strings: names of functions, and of sections. */
#define KLP_AUTHOR_IGNORE_FUNCTION ".klp.author.ignore_function"
#define KLP_AUTHOR_IGNORE_SECTION  ".klp.author.ignore_section"
#define KLP_AUTHOR_FORCE           ".klp.author.force"

struct klp_state;

struct klp_states_request {
	/* An array of the patched object; of this type, so that the compiler refuses another. */
	const struct klp_state *states;
	/* Elements that it has, and bytes of one; the id is an unsigned long at its start. */
	unsigned long n, size;
};

#endif /* KLP_RECORDS_H */
