/*
 * A string of the original in the pool of those without alignment, of the patched object in that of aligned ones, or the other way round:
 * what it says decides, not where it stands.
 */
	.macro function name:req, string:req
	.section .text.\name, "ax", @progbits
	.globl \name
	.type \name, @function
\name:
1:	call __fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad 1b
	.popsection
	mov $\string, %edi
	call printk
	ret
	.size \name, . - \name
	.endm
	.macro unaligned
	.section .rodata.str1.1, "aMS", @progbits, 1
	.endm
	.macro aligned
	.section .rodata.str1.8, "aMS", @progbits, 1
	.balign 8
	.endm
	function to_aligned, .Lone
	function to_unaligned, .Ltwo
	function changes, .Lthree
#ifdef PATCHED
	unaligned
	.asciz "in front"
.Ltwo:	.asciz "two"
	aligned
	.asciz "in front"
	aligned
.Lthree: .asciz "four"
	aligned
.Lone:	.asciz "one"
#else
	unaligned
.Lone:	.asciz "one"
.Lthree: .asciz "three"
	aligned
.Ltwo:	.asciz "two"
#endif
