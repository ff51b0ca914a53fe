/* SPDX-License-Identifier: GPL-2.0-only */
int say(const char *what);
int outside_a(int x);
int outside_b(int x);
int overridden(int x);
int first(int x);
int early(int x);
extern int shared;
extern int kallsyms_names; /* kallsyms does not list its own tables */

/*
 * Functions and data that exist under the same name, with the same bytes, in three objects: only what refers to them,
 * and what they refer to, tells them apart. lone_twin() has a section of its own.
 */
#define TWINS                                                                                                          \
	static int state;                                                                                              \
	static __attribute__((noipa)) int twin(int x)                                                                  \
	{                                                                                                              \
		static int calls;                                                                                      \
		calls += x;                                                                                            \
		return calls + state++;                                                                                \
	}                                                                                                              \
	static __attribute__((noipa, section(".text.lone"))) int lone_twin(int x)                                      \
	{                                                                                                              \
		static int calls;                                                                                      \
		return calls += x;                                                                                     \
	}

/* Nothing refers to it, and it is in three objects: only what it calls tells which is which. */
#define LONELY(callee)                                                                                                 \
	static __attribute__((used, noipa, section(".text.lonely"))) int lonely(int x)                                 \
	{                                                                                                              \
		return callee(x) + 1;                                                                                  \
	}

/*
 * An alternative as the kernel's ALTERNATIVE() makes it, in 14 bytes: site, replacement, a number that says when, two
 * lengths; and an entry of the exception table: instruction, fixup, a number that says how.
 */
#define ALTERNATIVE(what, when)                                                                                        \
	asm volatile("661: nop\n nop\n nop\n nop\n nop\n 662:\n"                                                       \
		     ".pushsection .altinstructions,\"a\"\n .long 661b - .\n .long 663f - .\n .long %c0\n"             \
		     ".byte 662b-661b, 664f-663f\n .popsection\n"                                                      \
		     ".pushsection .altinstr_replacement,\"ax\"\n 663: " what "\n 664:\n .popsection\n"                \
		     :                                                                                                 \
		     : "i"(when))
#ifdef WITHOUT_TABLE
#define EXTABLE(how) asm volatile("nop\n nop")
#else
#define EXTABLE(how)                                                                                                   \
	asm volatile("1: nop\n 2: nop\n"                                                                               \
		     ".pushsection __ex_table,\"a\"\n .long 1b - .\n .long 2b - .\n .long " #how "\n .popsection\n")
#endif

/*
 * A static call: site and key; and an instruction that gets its constant when the kernel starts, of which there is a
 * table for each constant.
 */
#define STATIC_CALL(key) STATIC_CALL_OF(key)
#define STATIC_CALL_OF(key)                                                                                            \
	asm volatile("1: nop\n .pushsection .static_call_sites,\"aw\"\n .long 1b - .\n .long " #key " - .\n .popsection\n")
#ifdef WITHOUT_CONSTANT
#define CONSTANT(name) asm volatile("nop")
#else
#define CONSTANT(name)                                                                                                 \
	asm volatile("1: nop\n .pushsection runtime_ptr_" #name ",\"a\"\n .long 1b - .\n .popsection\n")
#endif

/*
 * A call that paravirt rewrites: site, type, length; aligned in front, so that the last entry of a file lacks its
 * padding.
 */
#define PARAVIRT_OF(type) PARAVIRT(type)
#define PARAVIRT(type)                                                                                                 \
	asm volatile("771: nop\n nop\n 772:\n"                                                                         \
		     ".pushsection .parainstructions,\"a\"\n .balign 8\n .quad 771b\n .byte " #type ", 772b-771b\n"       \
		     ".short 1\n .popsection\n")

/* Nothing at all tells these apart. */
#define SAME                                                                                                           \
	static __attribute__((used, noipa, section(".text.same"))) int same(int x)                                     \
	{                                                                                                              \
		return x * 77;                                                                                         \
	}
