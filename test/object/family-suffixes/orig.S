/*
 * Clones of clones, each with an unlikely part, as GCC names them, and the last one clang: the parts belong to the clone, not to
 * the function of the first name. The numbers are others in the patched object, and the unlikely parts of the second half stand elsewhere.
 */
#ifdef PATCHED
#define N(number) number + 1
#define CONSTANT  2
#define PLACE     ".text.hot.parts"
#else
#define N(number) number
#define CONSTANT  1
#define PLACE     ".text.unlikely.parts"
#endif
	.altmacro
	.macro clone base:req, before:req, number:req, behind, place:req, constant:req
	.section .text.\base, "ax", @progbits
	.type "\base\before\number\behind", @function
"\base\before\number\behind":
	.p2align 4
1:	call __fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad 1b
	.popsection
	test %edi, %edi
	js "\base\before\number\behind\().cold"
	jmp other
	.size "\base\before\number\behind", . - "\base\before\number\behind"
	.section \place, "ax", @progbits
	.type "\base\before\number\behind\().cold", @function
"\base\before\number\behind\().cold":
	mov $\constant, %edi
	jmp complain
	.size "\base\before\number\behind\().cold", . - "\base\before\number\behind\().cold"
	.endm

	.macro both base:req, before:req, number:req, behind
	clone changes_\base, \before, \number, \behind, .text.unlikely.changes_\base, CONSTANT
	clone same_\base, \before, \number, \behind, PLACE, 1
	.endm

	both a, .isra., %N(0)
	both b, .part., %N(0)
	both c, .constprop., %N(0)
	both d, .isra., %N(0), .constprop.0
	both e, .part.0.isra., %N(0)
	both f, .part., %N(1), .constprop.0
	both g, .constprop.0.isra., %N(4)
	both h, .isra.0.part., %N(9)
	both i, .isra.0.part.0.constprop., %N(0), .lto_priv.0
	both j, .constprop.0.isra.0.part., %N(2)
	both k, .specialized., %N(1)
