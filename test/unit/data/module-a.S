/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_a of the target: fn_a once. */
	.text
	.type fn_a, @function
fn_a:	.skip 16
	.size fn_a, 16
