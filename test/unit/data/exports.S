/* SPDX-License-Identifier: GPL-2.0-only */
/* A linked kernel's tables of exports, and its BTF: macros make one difference each. */
	.text
	.globl one, two, three
one:	nop
two:	nop
three:	nop

	.macro entry name, ns
	.section .rodata.strings, "aMS", @progbits, 1
.Lname_\name: .asciz "\name"
	.ifnb \ns
.Lns_\name: .asciz "\ns"
	.endif
	.previous
	.long \name - .
	.long .Lname_\name - .
	.ifnb \ns
	.long .Lns_\name - .
	.else
	.long 0
	.endif
	.endm

	.section __ksymtab, "a"
	entry one
	entry three, SPACE
#ifdef NAMELESS
	.long 0, 0x40000000, 0
#endif
#ifdef BROKEN_TABLE
	.long 0
#endif
#ifdef FLAGS
	entry two
	.section __kflagstab, "a"
	.byte 0, 0, 1
#ifdef BROKEN_FLAGS
	.byte 0
#endif
#else
	.section __ksymtab_gpl, "a"
	entry two
#endif
#ifndef WITHOUT_CRCS
	.section __kcrctab, "a"
	.long 0x11111111, 0x33333333
#ifdef NAMELESS
	.long 0x44444444
#endif
	.section __kcrctab_gpl, "a"
	.long 0x22222222
#endif

	/* struct exception_table_entry of 12 bytes with one member, struct jump_entry of 16 behind an integer. */
	.section .BTF, "a"
	.short 0xeb9f
	.byte 1, 0
	.long 24, 0, .Ltypes_end - .Ltypes, .Ltypes_end - .Ltypes, .Lstrings_end - .Lstrings
.Ltypes:
	.long .Lextable - .Lstrings, 4 << 24 | 1, 12
	.long 0, 2, 0
#ifdef UNKNOWN_KIND
	.long 0, 20 << 24, 0
#endif
	.long 0, 1 << 24, 4, 32
	.long .Ljump - .Lstrings, 4 << 24, 16
	.long .Lother - .Lstrings, 4 << 24, 99
.Ltypes_end:
.Lstrings:
	.byte 0
.Lextable: .asciz "exception_table_entry"
.Ljump: .asciz "jump_entry"
.Lother: .asciz "jump_entry_x"
.Lstrings_end:
