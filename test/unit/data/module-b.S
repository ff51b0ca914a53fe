/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_b of the target. */
	.text
	.type fn_b, @function
fn_b:	.skip 16
	.size fn_b, 16
