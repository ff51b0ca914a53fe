/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that the module of linked-module.S is for: a banner, a vermagic, symbols, ftrace locations, and the
 * list of functions with a sealed endbr. kernel-twin.S adds symbols of the same names.
 */
#include "functions.h"

	.text
	.globl _text
_text:
	.globl exported_fn, hidden_fn, patched_fn, sealed_fn, module_layout, unexported_fn
	function exported_fn
	function hidden_fn
	function patched_fn
	called notrace_fn
	function sealed_fn
	function module_layout
	function unexported_fn
	function twice
	function exported_twin

	.section .data, "aw"
	.globl hidden_var
	.type hidden_var, @object
hidden_var:
	.skip 16
	.size hidden_var, 16

/* .data of Linux 7.3 is executable, and kallsyms says so of what is in it. */
	.section .data.once, "awx", @progbits
	.globl executable_var
	.type executable_var, @function
executable_var:
	.skip 16
	.size executable_var, 16

	.section .init.text, "ax"
	.globl __init_begin, __init_end
__init_begin:
	function init_fn
__init_end:

	.section .rodata, "a"
	.asciz "Linux version 6.99.0-test (someone@somewhere) #1 SMP"
	.asciz "6.99.0-test SMP mod_unload modversions "
	.balign 8
	.globl __start_mcount_loc, __stop_mcount_loc
__start_mcount_loc:
	.quad hidden_fn, patched_fn + 4, init_fn
__stop_mcount_loc:

	.section .orc_unwind, "a"
	.globl __start_orc_unwind
__start_orc_unwind:
	.short 0, 0, 0

	.section .ibt_endbr_seal, "a"
	.long sealed_fn - .
