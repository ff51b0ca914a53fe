/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One site of each kind that the kernel rewrites when it loads a module, and one table of each kind that it reads then, for
 * law.sh to put a late relocation there. Nothing here is ever executed; /proc/version shows the bytes (law-patch.c). The
 * tables are written by hand, so objtool does not run on this file.
 */
#include <linux/linkage.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>

	/* An instruction with a field of four bytes, in which a relocation may land: `jmp` to the next instruction. */
	.macro site name
	.globl \name
\name:	.byte 0xe9
	.long 0
	.endm

	.section .text.law_sites, "ax"
	.globl law_sites
law_sites:
	site law_site_jump_label
law_behind_jump_label:
	site law_site_static_call
	site law_site_paravirt
	.globl law_site_return
law_site_return:
	jmp __x86_return_thunk
	.globl law_site_retpoline
law_site_retpoline:
	jmp __x86_indirect_thunk_rax
	.globl law_site_call
law_site_call:
	call law_called
	/* mov $0, %eax; and what replaces it is the same, so that only a relocation can make a difference. */
	.globl law_site_replaced
law_site_replaced:
	ALTERNATIVE ".byte 0xb8; .long 0x11111111", "law_replacement: .byte 0xb8; .long 0", X86_FEATURE_ALWAYS
	/* A jump to the next instruction, which becomes a nop. */
law_site_alternative:
	ALTERNATIVE ".byte 0xe9; .long 0", "", X86_FEATURE_ALWAYS
law_site_ftrace:
	call __fentry__
law_traps:
	ud2
	ud2

	/* In a section of its own, so that calls of it are relocations. */
	.section .text.law_called, "ax"
law_called:
	int3

	/* The key starts false and the branch is "likely", so the instruction is a jump until the key becomes true. */
	.section __jump_table, "aw"
	.balign 8
law_jump_entry:
	.long law_site_jump_label - .
	.long law_behind_jump_label - .
	.quad law_key - . + 1

	/* + 1: a tail call */
	.section .static_call_sites, "aw"
	.balign 4
	.long law_site_static_call - .
	.long __SCK__law_call - . + 1

	/* Type 0 is pv_ops.cpu.io_delay. Kernels since 6.8 do not read this section. */
	.section .parainstructions, "a"
	.balign 8
	.quad law_site_paravirt
	.byte 0, 5
	.balign 8

	.section .return_sites, "a"
	.long law_site_return - .

	.section .retpoline_sites, "a"
	.long law_site_retpoline - .

	.section .call_sites, "a"
	.long law_site_call - .

	.section .smp_locks, "a"
	.balign 4
	.long law_traps - .

	.section __mcount_loc, "a"
	.balign 8
	.quad law_site_ftrace

	/* In descending order: the kernel sorts them. */
	.section __ex_table, "a"
	.balign 4
	.long law_traps + 2 - .
	.long law_called - .
	.long 0
	.long law_traps - .
	.long law_called - .
	.long 0

	.section __bug_table, "aw"
	.balign 4
	.long law_traps - .
	.long law_called - .
	.short 1, 0

	/* The length of the kernel's own entry differs from line to line; nothing but the section counts. */
	.section .init.text, "ax"
law_init:
	call law_called

	.section .note.GNU-stack, "", @progbits
