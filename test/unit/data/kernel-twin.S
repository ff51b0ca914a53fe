/* SPDX-License-Identifier: GPL-2.0-only */
/* Static namesakes: `twice` exists twice, and `exported_twin` as a static function before the exported one. */
	.text
	.type twice, @function
twice:	endbr64
	.skip 12
	.size twice, 16
	.section .text.last, "ax"
	.globl exported_twin
	.type exported_twin, @function
exported_twin:
	endbr64
	.skip 12
	.size exported_twin, 16
