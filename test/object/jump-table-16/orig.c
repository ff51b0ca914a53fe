#include "tables.h"
extern int other(int);
extern struct { long enabled; void *entries; } key;
#define branch() ({ __label__ yes, end; int on = 0; \
	asm goto(JUMP_16("%l[yes]") : : "i"(&key) : : yes); goto end; yes: on = 1; end: on; })
/* Three of 16 bytes have the size of two of 24. */
int e(int x) { if (branch()) x = other(x); return other(x + 1); }
int f(int x)
{
	if (branch())
		x = other(x);
#ifdef PATCHED
	x++;
#endif
	return other(x + 2);
}
int g(int x) { if (branch()) x = other(x); return other(x + 3); }
#if 16 == 24
int h(int x) { if (branch()) x = other(x); return other(x + 4); }
#endif
