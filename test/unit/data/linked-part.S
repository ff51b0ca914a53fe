/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part for mod_a of a livepatch in per-object form, before create-klp-module: symbols of mod_a, and of mod_b, on which mod_a
 * depends, are resolved at load, those in a jump label too.
 */
	.section .modinfo, "a"
	.asciz "license=GPL"
	.asciz "livepatch=Y"
	.asciz "depends="
	.asciz "klp_part_of=mod_a"
	.asciz "name=part"
	.asciz "vermagic=6.99.0-test SMP mod_unload modversions "

	.section __versions, "a"
	.quad 0x11111111
	.asciz "module_layout"
	.balign 64

	.weak ".klp.sym.mod_a.__this_module,0,vmlinux"
	.weak ".klp.sym.mod_a.fn_q,0,vmlinux"
	.weak ".klp.sym.mod_b.fn_b,0,vmlinux"

	.section .text.fn_a, "ax"
	.type fn_a_new, @function
fn_a_new:
	call ".klp.sym.mod_a.fn_q,0,vmlinux"
	call ".klp.sym.mod_b.fn_b,0,vmlinux"
site_jump_label:
	.byte 0xe8
	.long 0
	ret
	.size fn_a_new, . - fn_a_new

	.section __jump_table, "aw"
	.long site_jump_label - .
	.long fn_a_new - .
	.quad ".klp.sym.mod_b.fn_b,0,vmlinux" - .

	/* Unwind records: one for each section of code, from its start. */
	.section .orc_unwind_ip, "a"
	.long fn_a_new - .
	.section .orc_unwind, "a"
	.short 0, 0, 0

	.data
	.quad ".klp.sym.mod_a.__this_module,0,vmlinux"

	.section .rodata.klp.str1.1, "aMS", @progbits, 1
name_mod_a:
	.asciz "mod_a"
name_mod_b:
	.asciz "mod_b"
name_fn_a:
	.asciz "fn_a"
	.section .klp.funcs, "aw"
	.balign 8
	.quad name_mod_a, name_fn_a, fn_a_new, 0
