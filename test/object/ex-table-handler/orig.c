#include "tables.h"
extern int other(int);
static inline int get(const int *p, int error)
{
	int v;

	/* As the kernels up to 5.15 did it: the handler resumes in .fixup, which jumps back. */
	asm volatile("1: movl %1,%0\n2:\n" PUT(".fixup", "\"ax\"", "3: movl %2,%0\n jmp 2b\n")
			     EX_12_HANDLER("1b", "3b", "ex_handler_default")
		     : "=r"(v)
		     : "m"(*p), "i"(error));
	return v;
}
int e(const int *p) { return get(p, -1) + other(1); }
#ifdef PATCHED
int f(const int *p) { return get(p, -2) + other(22) + get(p + 1, -3); }
#else
int f(const int *p) { return get(p, -2) + other(2) + get(p + 1, -3); }
#endif
int g(const int *p) { return get(p, -4) + other(3); }
/* Only what runs after a fault differs. */
#ifdef PATCHED
int h(const int *p) { return get(p, -5) + other(4); }
#else
int h(const int *p) { return get(p, -6) + other(4); }
#endif
