#include "tables.h"
extern int other(int);
/* Two in one function, one with an empty replacement; and others' before and behind. */
int e(int x) { asm volatile(ALT_13("call other_way", "call third_way")); return other(x); }
int f(int x)
{
	asm volatile(ALT_13("nopl 0(%rax,%rax)", "call first_way"));
	asm volatile(ALT_13("call second_way", ""));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
int g(int x) { asm volatile(ALT_13("nop", "lfence")); return other(x); }
