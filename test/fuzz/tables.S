/* SPDX-License-Identifier: GPL-2.0 */
/* A kallsyms of 300 symbols "t sym_a" in the order of 6.4 and later: names, markers, tokens, offsets. */
	.section .rodata, "a"
	.balign 8
	.long 300, 0
	.rept 300
	.byte 3, 't', 1, 'a'
	.endr
	.balign 8
	.long 0, 1024
	.balign 8
	.set i, 0
	.rept 256
	.if i == 1
	.asciz "sym_"
	.elseif i > 32 && i < 127
	.byte i, 0
	.else
	.asciz "q"
	.endif
	.set i, i + 1
	.endr
	.balign 8
	.short 0, 2
	.set i, 2
	.rept 254
	.short i * 2 + 3
	.set i, i + 1
	.endr
	.balign 8
	.set i, 0
	.rept 300
	.long i * 16
	.set i, i + 1
	.endr
	.balign 8
	.quad 0xffffffff81000000
