#include "tables.h"
extern int other(int);
int e(int x) { if (x == 4) asm volatile(BUG_12("7") : : "i"("e.c")); return other(x); }
int f(int x)
{
	if (x == 5)
		asm volatile(BUG_12("8") : : "i"("f.c"));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
/* Another line number is no change; another file is. */
#ifdef PATCHED
int g(int x) { if (x == 6) asm volatile(BUG_12("30") : : "i"("g.c")); return other(x); }
int h(int x) { if (x == 7) asm volatile(BUG_12("31") : : "i"("other.c")); return other(x); }
#else
int g(int x) { if (x == 6) asm volatile(BUG_12("20") : : "i"("g.c")); return other(x); }
int h(int x) { if (x == 7) asm volatile(BUG_12("21") : : "i"("h.c")); return other(x); }
#endif
