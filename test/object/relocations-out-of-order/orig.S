/* Relocations of a section need not stand in the order of their places; here they don't, and not in the same order in both objects. */
	.globl one
	.globl two
	.macro function name:req, relocations:req
	.section .text.\name, "ax", @progbits
	.globl \name
	.type \name, @function
\name:
1:	call __fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad 1b
	.popsection
	.byte 0xe8, 0, 0, 0, 0		/* call one */
	.byte 0xbf, 0, 0, 0, 0		/* mov $text, %edi */
	.byte 0xe8, 0, 0, 0, 0		/* call two */
	ret
	.size \name, . - \name
	\relocations \name
	.endm
	.macro backwards name:req
	.reloc \name + 16, R_X86_64_PLT32, two - 4
	.reloc \name + 11, R_X86_64_32S, .rodata.str1.1 + 5
	.reloc \name + 6, R_X86_64_PLT32, one - 4
	.endm
	.macro forwards name:req
	.reloc \name + 6, R_X86_64_PLT32, one - 4
	.reloc \name + 11, R_X86_64_32S, .rodata.str1.1 + 5
	.reloc \name + 16, R_X86_64_PLT32, two - 4
	.endm
	.macro exchanged name:req
	.reloc \name + 16, R_X86_64_PLT32, one - 4
	.reloc \name + 11, R_X86_64_32S, .rodata.str1.1
	.reloc \name + 6, R_X86_64_PLT32, two - 4
	.endm
#ifdef PATCHED
	function same, backwards
	function changes, exchanged
#else
	function same, forwards
	function changes, backwards
#endif
	.section .rodata.str1.1, "aMS", @progbits, 1
	.asciz "text"
	.asciz "more"
