/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One site of each kind that the kernel rewrites when it loads a module, and one table of each kind that it reads then, for
 * relocation-rules.sh to put a late relocation there. Nothing here is ever executed; /proc/version shows the bytes (rules-patch.c). The
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

	.section .text.rules_sites, "ax"
	.globl rules_sites
rules_sites:
	site rules_site_jump_label
rules_behind_jump_label:
	site rules_site_static_call
	site rules_site_paravirt
	.globl rules_site_return
rules_site_return:
	jmp __x86_return_thunk
	.globl rules_site_retpoline
rules_site_retpoline:
	jmp __x86_indirect_thunk_rax
	.globl rules_site_call
rules_site_call:
	call rules_called
	/* mov $0, %eax; and what replaces it is the same, so that only a relocation can make a difference. */
	.globl rules_site_replaced
rules_site_replaced:
	ALTERNATIVE ".byte 0xb8; .long 0x11111111", "rules_replacement: .byte 0xb8; .long 0", X86_FEATURE_ALWAYS
	/* A jump to the next instruction, which becomes a nop. */
rules_site_alternative:
	ALTERNATIVE ".byte 0xe9; .long 0", "", X86_FEATURE_ALWAYS
rules_site_ftrace:
	call __fentry__
rules_traps:
	ud2
	ud2

	/* In a section of its own, so that calls of it are relocations. */
	.section .text.rules_called, "ax"
rules_called:
	int3

	/* The key starts false and the branch is "likely", so the instruction is a jump until the key becomes true. */
	.section __jump_table, "aw"
	.balign 8
rules_jump_entry:
	.long rules_site_jump_label - .
	.long rules_behind_jump_label - .
	.quad rules_key - . + 1

	/* + 1: a tail call */
	.section .static_call_sites, "aw"
	.balign 4
	.long rules_site_static_call - .
	.long __SCK__rules_call - . + 1

	/* Type 0 is pv_ops.cpu.io_delay. Kernels since 6.8 do not read this section. */
	.section .parainstructions, "a"
	.balign 8
	.quad rules_site_paravirt
	.byte 0, 5
	.balign 8

	.section .return_sites, "a"
	.long rules_site_return - .

	.section .retpoline_sites, "a"
	.long rules_site_retpoline - .

	.section .call_sites, "a"
	.long rules_site_call - .

	.section .smp_locks, "a"
	.balign 4
	.long rules_traps - .

	.section __mcount_loc, "a"
	.balign 8
	.quad rules_site_ftrace

	/* In descending order: the kernel sorts them. */
	.section __ex_table, "a"
	.balign 4
	.long rules_traps + 2 - .
	.long rules_called - .
	.long 0
	.long rules_traps - .
	.long rules_called - .
	.long 0

	.section __bug_table, "aw"
	.balign 4
	.long rules_traps - .
	.long rules_called - .
	.short 1, 0

	/* The length of the kernel's own entry differs from line to line; nothing but the section counts. */
	.section .init.text, "ax"
rules_init:
	call rules_called

	.section .note.GNU-stack, "", @progbits
