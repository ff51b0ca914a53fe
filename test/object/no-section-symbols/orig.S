/*
 * As of an assembler that names local symbols where others name the section and a distance: there is no symbol of a section at all. (What
 * is hidden here becomes local.) The symbols of the patched object are in another order, and its string is one more in front.
 */
	.file "orig.c"
	.macro function name:req, string:req
	.section .text.\name, "ax", @progbits
	.hidden \name
	.globl \name
	.type \name, @function
\name:	call __fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad \name
	.popsection
	incl state(%rip)
	mov $\string, %edi
	call printk
	call helper
	jmp helper
	.size \name, . - \name
	.endm
	.macro strings
	.section .rodata.str1.1, "aMS", @progbits, 1
#ifdef PATCHED
	.hidden string_new
	.globl string_new
string_new: .asciz "new"
#endif
	.hidden string_text
	.globl string_text
string_text: .asciz "text"
	.endm
	.macro variable
	.section .bss.state, "aw", @nobits
	.hidden state
	.globl state
	.type state, @object
state:	.zero 4
	.size state, 4
	.endm
#ifdef PATCHED
	variable
	function changes, string_new
	function same, string_text
	strings
#else
	strings
	function same, string_text
	function changes, string_text
	variable
#endif
	.section .text.helper, "ax", @progbits
	.hidden helper
	.globl helper
	.type helper, @function
helper:	ret
	.size helper, . - helper
