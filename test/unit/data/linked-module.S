/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A livepatch module as it comes out of the module link, before create-klp-module: one patched function of
 * vmlinux and one of mod_a, every kind of reference that the relocation rules allows, and every table that makes the
 * kernel rewrite code. The kernel that it is for is kernel.S.
 */
	.section .modinfo, "a"
	.asciz "license=GPL"
	.asciz "livepatch=Y"
	.asciz "depends="
	.asciz "name=good"
	.asciz "vermagic=6.99.0-test SMP mod_unload modversions "

	.section __versions, "a"
	.quad 0x11111111
	.asciz "module_layout"
	.balign 64
	.quad 0x22222222
	.asciz "exported_fn"
	.balign 64

	.weak ".klp.sym.vmlinux.hidden_fn,0"
	.weak ".klp.sym.vmlinux.hidden_var,0"
	.weak ".klp.sym.vmlinux.twice,2"
	.weak ".klp.sym.vmlinux.exported_twin,1"
	.weak ".klp.sym.mod_a.fn_a,0"
	.weak ".klp.sym.mod_b.fn_b,0,mod_a"
	.weak ".klp.sym.mod_b.fn_b,0"
	.weak ".klp.sym.vmlinux.never_used,0"
	.weak optional_fn

	/* A function of vmlinux: exported, hidden, static and weak symbols. */
	.section .text.patched_fn, "ax"
	.type patched_new, @function
patched_new:
	call exported_fn
	call ".klp.sym.vmlinux.hidden_fn,0"
	movl ".klp.sym.vmlinux.hidden_var,0"(%rip), %eax
	call ".klp.sym.vmlinux.twice,2"
	call ".klp.sym.vmlinux.exported_twin,1"
	call ".klp.sym.vmlinux.unexported_fn,0"
	.weak ".klp.sym.vmlinux.unexported_fn,0"
	call optional_fn
	call helper
	ret
	.size patched_new, . - patched_new

	/* A function of mod_a: uses its own symbol and one of mod_b; then the sites that the tables below list. */
	.section .text.fn_a, "ax"
	.type fn_a_new, @function
fn_a_new:
	call ".klp.sym.mod_a.fn_a,0"
	call ".klp.sym.mod_b.fn_b,0,mod_a"
	call ".klp.sym.vmlinux.hidden_fn,0"
	call helper
	.macro site name
\name:	.byte 0xe8
	.long 0
	.endm
	site site_alternative
	site site_paravirt
	site site_jump_label
	site site_static_call
	site site_retpoline
	site site_return
	site site_call
	site site_seal
	site site_lock
	site site_ftrace
behind_sites:
	.long 0
site_short:
	.byte 0xeb, 0	# jmp, 2 bytes
	.long 0
site_long:
	.byte 0xff, 0x14, 0xc5, 0, 0, 0, 0	# call *0(,%rax,8), 7 bytes
	.long 0
	ret
	.size fn_a_new, . - fn_a_new

	.text
	.type helper, @function
helper:
	ret
	.size helper, . - helper

	.section .altinstr_replacement, "ax"
replacement:
	.byte 0xe8
	.long 0
	.long 0
	.section .altinstructions, "a"
	.long site_alternative - .
	.long replacement - .
	.long 0
	.byte 5, 5
	.section .parainstructions, "a"
	.quad site_paravirt
	.byte 1, 5
	.balign 8
	.section __jump_table, "aw"
	.long site_jump_label - .
	.long helper - .
	.quad ".klp.sym.vmlinux.hidden_var,0" - .
	.long site_short - .
	.long helper - .
	.quad helper - .
	.section .static_call_sites, "aw"
	.long site_static_call - .
	.long exported_fn - .
	.section .retpoline_sites, "a"
	.long site_retpoline - .
	.long site_long - .
	.section .return_sites, "a"
	.long site_return - .
	.section .call_sites, "a"
	.long site_call - .
	.section .ibt_endbr_seal, "a"
	.long site_seal - .
	.section .smp_locks, "a"
	.long site_lock - .
	.section __mcount_loc, "a"
	.quad site_ftrace
	.section __ex_table, "a"
	.long helper - ., helper - ., 0
	.section __bug_table, "aw"
	.long helper - ., 0, 0
	.section .init.text, "ax"
	ret
	.long 0, 0

	/* Unwind records: one for each section of code, from its start. */
	.section .orc_unwind_ip, "a"
	.long replacement - ., patched_new - ., fn_a_new - ., helper - .
	.section .orc_unwind, "a"
	.fill 4, 6, 0

	.data
	.quad helper
	.quad ".klp.sym.vmlinux.hidden_var,0" + 8
	.quad ".klp.sym.mod_b.fn_b,0"
	.quad 0

	/* Type information, which create-klp-module drops; the symbol is not needed then. */
	.section .BTF
	.long 0x0001eb9f, helper
	.quad ".klp.sym.vmlinux.never_used,0"

	.section .rodata.klp.str1.1, "aMS", @progbits, 1
name_vmlinux:
	.asciz "vmlinux"
name_mod_a:
	.asciz "mod_a"
name_mod_b:
	.asciz "mod_b"
name_patched:
	.asciz "patched_fn"
name_fn_a:
	.asciz "fn_a"
name_fn_b:
	.asciz "fn_b"
	.section .klp.funcs, "aw"
	.balign 8
	.quad name_vmlinux, name_patched, patched_new, 0
	.quad name_mod_a, name_fn_a, fn_a_new, 0
	.quad name_mod_b, name_fn_b, helper, 1

	.section .klp.callbacks, "aw"
	.balign 8
	.quad name_vmlinux, helper, 0
	.quad name_mod_a, helper, 3
	.quad 0, 0, 0
