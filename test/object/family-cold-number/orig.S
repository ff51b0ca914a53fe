	.macro function name:req, cold:req, text:req
	.section .text.f, "ax", @progbits
	.globl \name
	.type \name, @function
\name:
1:	call __fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad 1b
	.popsection
	test %edi, %edi
	js \cold
	jmp other
	.size \name, . - \name
	.section .text.unlikely.f, "ax", @progbits
	.type \cold, @function
\cold:
	mov $\text, %edi
	jmp complain
	.size \cold, . - \cold
	.endm

	.section .rodata.str1.1, "aMS", @progbits, 1
.Lbig:	.string "big"
.Lbigger: .string "bigger"

	function f, f.cold.3, .Lbig
	function g, g.cold, .Lbig
	function h, h.part.0.cold.12, .Lbig
	.section .text.h, "ax", @progbits
	.type h.part.0, @function
h.part.0: ret
	.size h.part.0, . - h.part.0
