#include "tables.h"
extern int other(int);
int e(int x) { asm volatile(PARA("call *pv_ops+8", ".balign 8\n")); return other(x); }
int f(int x)
{
	asm volatile(PARA("call *pv_ops+16", ".balign 8\n"));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
