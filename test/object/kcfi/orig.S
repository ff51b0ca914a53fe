#ifndef HASH
#define HASH 0x50794
#endif
/* As clang makes it of `int call(struct ops *ops, int x) { return ops->get(x) + 1; }`. */
.macro function name, hash
	.globl \name
	.p2align 4, 0x90
	.globl __cfi_\name
	.type __cfi_\name, @function
__cfi_\name:
	movl $\hash, %eax
	.size __cfi_\name, . - __cfi_\name
1:	.fill 11, 1, 0x90
	.type \name, @function
\name:
	call __fentry__
	.pushsection __patchable_function_entries, "awo", @progbits, \name
	.quad 1b
	.popsection
.endm
.macro call_checked name
	movq (%rdi), %r11
	movl $-329620, %r10d
	addl -15(%r11), %r10d
	je 2f
1:	ud2
	.pushsection .kcfi_traps, "ao", @progbits, \name
	.long 1b - .
	.popsection
2:	call *%r11
.endm
	.section .sched.text, "ax", @progbits
function get, HASH
	jmp other
	.size get, . - get
function call, 0x12345678
#ifdef PATCHED
	addl $1, %esi
#endif
	call_checked call
	incl %eax
	ret
	.size call, . - call
function same, 0x12345678
	call_checked same
	ret
	.size same, . - same
