/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_a of the target: a function that can be traced and one that can't. */
	.text
	.macro function name
	.type \name, @function
\name:	.skip 16
	.size \name, 16
	.endm
	function fn_a
	function fn_q

	.section __mcount_loc, "a"
	.quad fn_a + 4
