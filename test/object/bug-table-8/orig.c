#include "tables.h"
extern int other(int);
int e(int x) { if (x == 4) asm volatile(BUG_8); return other(x); }
int f(int x)
{
	if (x == 5)
		asm volatile(BUG_8);
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
int g(int x) { if (x == 6) asm volatile(BUG_8); return other(x); }
