/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of special tables as the kernels had them, written from the structures that arch/x86_64-special.c names. */

#define PUT(section, flags, text) ".pushsection " section "," flags "\n" text ".popsection\n"
#define DISTANCE(to)              ".long " to " - .\n"

/* struct alt_instr; old and new are instructions */
#define ALT_AT(old, new, rest)                                                                                         \
	"661: " old "\n662:\n" PUT(".altinstructions", "\"a\"", DISTANCE("661b") DISTANCE("663f") rest)                \
		PUT(".altinstr_replacement", "\"ax\"", "663: " new "\n664:\n")
#define ALT_14(old, new) ALT_AT(old, new, ".long 3*32+2\n .byte 662b-661b, 664f-663f\n")    /* since 6.3 */
#define ALT_12(old, new) ALT_AT(old, new, ".word 3*32+2\n .byte 662b-661b, 664f-663f\n")    /* 5.13 to 6.2 */
#define ALT_13(old, new) ALT_AT(old, new, ".word 3*32+2\n .byte 662b-661b, 664f-663f, 0\n") /* up to 5.12 */

/* struct bug_entry with CONFIG_DEBUG_BUGVERBOSE, and without */
#define BUG_12(line) "1: ud2\n" PUT("__bug_table", "\"aw\"", DISTANCE("1b") DISTANCE("%c0") ".word " line ", 1\n")
#define BUG_16(line)                                                                                                   \
	"1: ud2\n" PUT("__bug_table", "\"aw\"", DISTANCE("1b") DISTANCE("%c0") DISTANCE("%c1") ".word " line ", 1\n")
/* WARN() with a text, since 6.19: the address of its own entry is operand 0 */
#define BUG_16_ADDRESS(line)                                                                                           \
	"lea 2f(%%rip), %0\n1:\n" PUT("__bug_table", "\"aw\"",                                                         \
				      "2:\n" DISTANCE("1b") DISTANCE("%c1") DISTANCE("%c2") ".word " line ", 1\n")
#define BUG_8 "1: ud2\n" PUT("__bug_table", "\"aw\"", DISTANCE("1b") ".word 1, 0\n")

/* struct exception_table_entry */
#define EX_8(from, to)  PUT("__ex_table", "\"a\"", ".balign 4\n" DISTANCE(from) DISTANCE(to))
#define EX_12(from, to) PUT("__ex_table", "\"a\"", ".balign 4\n" DISTANCE(from) DISTANCE(to) ".long 3\n")
#define EX_12_HANDLER(from, to, handler)                                                                               \
	PUT("__ex_table", "\"a\"", ".balign 4\n" DISTANCE(from) DISTANCE(to) DISTANCE(handler)) /* up to 5.15 */
#define EX_16(from, to) PUT("__ex_table", "\"a\"", ".balign 8\n .quad " from ", " to "\n")

/* struct jump_entry; the key is operand 0 */
#define JUMP_16(to)                                                                                                    \
	"1: .byte 0x0f,0x1f,0x44,0x00,0x00\n" PUT("__jump_table", "\"aw\"",                                            \
						  ".balign 8\n" DISTANCE("1b") DISTANCE(to) ".quad %c0 - .\n")
#define JUMP_24(to)                                                                                                    \
	"1: .byte 0x0f,0x1f,0x44,0x00,0x00\n" PUT("__jump_table", "\"aw\"", ".balign 8\n .quad 1b, " to ", %c0\n")

/* struct paravirt_patch_site, aligned in front; the macros of some kernels also align behind */
#define PARA(insn, behind)                                                                                             \
	"771: " insn                                                                                                   \
	"\n772:\n" PUT(".parainstructions", "\"a\"", ".balign 8\n .quad 771b\n .byte 7, 772b-771b\n" behind)

/* A table of distances to instructions. */
#define SITE(section, insn) "1: " insn "\n" PUT(section, "\"a\"", DISTANCE("1b"))
