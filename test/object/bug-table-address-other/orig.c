#include "tables.h"
extern int other(int), report(void *, int);

int g(int x)
{
	asm volatile("1: ud2\n" PUT("__bug_table", "\"aw\"", "entry_of_g:" DISTANCE("1b") DISTANCE("%c0") DISTANCE("%c1") ".word 1, 1\n")
		     : : "i"("g"), "i"("g.c"));
	return other(x);
}

extern char entry_of_g[];
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return report(entry_of_g, x);
}
