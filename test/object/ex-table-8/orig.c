#include "tables.h"
extern int other(int);
static inline int get(const int *p)
{
	int v;

	asm volatile("1: movl %1,%0\n2:\n" EX_8("1b", "2b") : "=r"(v) : "m"(*p));
	return v;
}
int e(const int *p) { return get(p) + other(1); }
#ifdef PATCHED
int f(const int *p) { return get(p) + other(22) + get(p + 1); }
#else
int f(const int *p) { return get(p) + other(2) + get(p + 1); }
#endif
int g(const int *p) { return get(p) + other(3); }
