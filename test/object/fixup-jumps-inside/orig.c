#include "tables.h"
extern int other(int);
/* The assembler resolves the jump from one block to the other: alone, the block would jump into the void. */
int f(const int *p)
{
	int v;

	asm volatile("1: movl %1,%0\n2:\n" PUT(".fixup", "\"ax\"", "4: xorl %0,%0\n jmp 2b\n3: testl %0,%0\n jz 4b\n jmp 2b\n")
			     EX_12_HANDLER("1b", "3b", "ex_handler_default")
		     : "=r"(v)
		     : "m"(*p));
#ifdef PATCHED
	v++;
#endif
	return other(v);
}
