/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_b of the target: fn_b can be traced, the endbr of fn_s is sealed. */
	.text
	.macro function name
	.type \name, @function
\name:	endbr64
	.skip 12
	.size \name, 16
	.endm
	/* A static function that is only called. */
	.macro called name
	.type \name, @function
\name:	.skip 16
	.size \name, 16
	.endm
	function fn_s
	function fn_b
	called fn_c

	.data
	.type data_b, @object
data_b:	.skip 8
	.size data_b, 8

	.section __mcount_loc, "a"
	.quad fn_b
	.section .ibt_endbr_seal, "a"
	.long fn_s - .
