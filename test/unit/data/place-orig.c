// SPDX-License-Identifier: GPL-2.0-only
/* The object that is placed; each macro makes one difference that the base check has to notice. */
#ifdef RENAMED_CODE
#define second renamed
#endif
#ifdef RENAMED_DATA
#define counter tally
#endif
#ifdef RENAMED_WEAK
#define overridden superseded
#endif

#include "place.h"

#ifdef DIFFERENT_STRING
#define GREETING "hallo"
#elif defined(ODD_STRING)
#define GREETING "h\033\377llo"
#else
#define GREETING "hello"
#endif

#ifdef DIFFERENT_CALLEE
#define CALLEE outside_b
#elif defined(UNKNOWN_CALLEE)
#define CALLEE no_such_function
int no_such_function(int x);
#else
#define CALLEE outside_a
#endif

#ifdef DIFFERENT_DATA
#define START 8
#else
#define START 7
#endif

#ifdef DIFFERENT_INIT
#define EVENT 0x3d
#else
#define EVENT 0x3c
#endif

#ifdef DIFFERENT_POINTER
#define HANDLER second
#elif defined(NULL_POINTER)
#define HANDLER 0
#else
#define HANDLER first
#endif

#ifdef DIFFERENT_REPLACEMENT
#define REPLACEMENT "call outside_b"
#else
#define REPLACEMENT "call outside_a"
#endif

#ifdef DIFFERENT_ENTRY
#define FLAG 3
#else
#define FLAG 2
#endif

#ifdef DIFFERENT_PARAVIRT
#define TYPE 8
#else
#define TYPE 7
#endif

/* What an instruction refers to; the bytes of the object are the same. */
#ifdef NULL_ADDRESS
#define LOAD "mov $0, %%rax"
#elif defined(NO_RELOCATION)
#define LOAD "mov $0, %%rax\n .reloc . - 4, R_X86_64_NONE, shared"
#elif defined(ADDRESS_OF_NOTE)
#define LOAD "mov $.remarks, %%rax"
#elif defined(ADDRESS_OUTSIDE)
#define LOAD "mov $.rodata.str1.1+4096, %%rax"
#else
#define LOAD "mov $shared, %%rax"
#endif

#ifdef DIFFERENT_GAP
#define PADDING ".byte 0xcc, 0xcc, 0x90"
#else
#define PADDING ".byte 0xcc, 0xcc, 0xcc"
#endif

#ifdef DIFFERENT_KEY
#define KEY outside_b
#else
#define KEY shared
#endif

TWINS
LONELY(outside_a)

static __attribute__((section(".init.rodata"))) const volatile int events[] = {0xc0, EVENT};

/* No other object refers to it, but its initial value is known. */
#ifdef ZERO_DATA
static int counter __attribute__((section(".bss.counter")));
#else
static int counter = START;
#endif
#ifdef LARGER_DATA
asm(".size counter, 8");
#endif

asm(".pushsection .remarks,\"\"\n .long 0\n .popsection");

__attribute__((weak)) int overridden(int x)
{
	return x * 3;
}

#ifdef DIFFERENT_POINTER
int second(int x);
#endif

static int (*const handlers[])(int) = {HANDLER, outside_b};

int first(int x)
{
	EXTABLE(1);
	STATIC_CALL(KEY);
	CONSTANT(shared);
	say(GREETING);
	return CALLEE(x) + twin(x) + lone_twin(x) + overridden(x) + counter++ + events[x & 1];
}

asm(".pushsection .text\n gap: " PADDING "\n.popsection");
#ifdef WITH_ENTRY_FOR_GAP
asm(".pushsection __ex_table,\"a\"\n .long gap - .\n .long gap - .\n .long 1\n .popsection");
#endif
#ifdef WITH_ENTRY_FOR_DATA
asm(".pushsection __ex_table,\"a\"\n .long counter - .\n .long gap - .\n .long 1\n .popsection");
#endif

int second(int x)
{
#ifndef WITHOUT_ENTRY
	EXTABLE(1);
#else
	asm volatile("nop\n nop");
#endif
#ifdef WITH_ENTRY
	asm volatile(".pushsection __ex_table,\"a\"\n .long second - .\n .long second - .\n .long 1\n .popsection");
#endif
#ifdef WITHOUT_PARAVIRT
	asm volatile("nop\n nop");
#else
	PARAVIRT_OF(TYPE);
#endif
#ifdef PADDED_PARAVIRT
	asm volatile(".pushsection .parainstructions\n .balign 8\n .popsection");
#endif
	asm volatile(LOAD : : : "rax");
	x = early(x) + kallsyms_names;
	ALTERNATIVE("int3", FLAG);
	ALTERNATIVE(REPLACEMENT, FLAG);
#ifdef DIFFERENT_CODE
	return handlers[x & 1](x) - shared;
#else
	return handlers[x & 1](x) + shared;
#endif
}
