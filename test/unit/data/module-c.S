/* SPDX-License-Identifier: GPL-2.0-only */
/* mod_c of the target: depends on mod_a, and so on mod_b. */
	.section .modinfo, "a"
	.asciz "depends=mod_a"
	.data
	.type data_c, @object
data_c:	.skip 8
	.size data_c, 8
