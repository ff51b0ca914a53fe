/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of the target, 16 bytes each. */
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
