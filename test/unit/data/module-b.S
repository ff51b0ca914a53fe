/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_b of the target: fn_b can be traced, the endbr of fn_s is sealed. */
#include "functions.h"

	.text
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
