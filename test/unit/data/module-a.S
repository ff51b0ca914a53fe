/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_a of the target: a function that can be traced and one that can't. It depends on mod_b. */
#include "functions.h"

	.text
	function fn_a
	function fn_q

	.section __mcount_loc, "a"
	.quad fn_a + 4

	.section .modinfo, "a"
	.asciz "depends=other,mod-b"
	.section .gnu.linkonce.this_module, "aw"
	.globl __this_module
	.type __this_module, @object
__this_module:
	.skip 8
	.size __this_module, 8
