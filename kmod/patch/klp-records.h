/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of patched functions, as every diff object carries its part of it.
 *
 * create-diff-object writes one record for each patched function into the section KLP_FUNCS_SECTION;
 * the linker script puts the parts of all objects behind each other; the hook turns the table into the
 * arrays that the kernel wants. Pointers are ordinary relocations, so the layout is that of the machine.
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
	/* Start of the replacement, in the patch module. */
	void *new_func;
	/* Which of several symbols of this name, counted from 1; 0: the name is unique in the object. */
	unsigned long sympos;
};

#endif /* KLP_RECORDS_H */
