/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLP_ARCH_X86_H
#define KLP_ARCH_X86_H

/* How many bytes apply_relocate_add() writes for a relocation of that type (arch/x86/kernel/module.c). */
#define KLP_RELOCATION_SIZE(type)                                                                                      \
	((type) == R_X86_64_NONE ? 0 : (type) == R_X86_64_64 || (type) == R_X86_64_PC64 ? 8 : 4)

/*
 * For an asm goto with a key, a number and the label l_yes: what the kernel has written at a jump label, a jump if
 * enabled ^ branch, else nothing. (%c1 & 2 is for objtool only.)
 */
#define KLP_KEY_TEST                                                                                                   \
	"1: cmpl $0, %c0(%%rip)\n\t"                                                                                   \
	".if (%c1) & 1\n\t"                                                                                            \
	"je %l[l_yes]\n\t"                                                                                             \
	".else\n\t"                                                                                                    \
	"jne %l[l_yes]\n\t"                                                                                            \
	".endif\n\t"

#endif /* KLP_ARCH_X86_H */
