#include "tables.h"
extern int other(int);
int e(int x) { if (x == 4) asm volatile(BUG_16("7") : : "i"("e"), "i"("e.c")); return other(x); }
int f(int x)
{
	if (x == 5)
		asm volatile(BUG_16("8") : : "i"("f"), "i"("f.c"));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
/* Another line number is no change of g; another format is one of h. */
#ifdef PATCHED
int g(int x) { if (x == 6) asm volatile(BUG_16("30") : : "i"("g"), "i"("g.c")); return other(x); }
int h(int x) { if (x == 7) asm volatile(BUG_16("31") : : "i"("other"), "i"("h.c")); return other(x); }
#else
int g(int x) { if (x == 6) asm volatile(BUG_16("20") : : "i"("g"), "i"("g.c")); return other(x); }
int h(int x) { if (x == 7) asm volatile(BUG_16("31") : : "i"("h"), "i"("h.c")); return other(x); }
#endif
