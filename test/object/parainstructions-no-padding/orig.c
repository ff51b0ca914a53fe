#include "tables.h"
extern int other(int);
int e(int x) { asm volatile(PARA("call *pv_ops+8", "")); return other(x); }
/* The last entry of the table ends with its last field; in the output it is whole, for another object's may follow. */
int f(int x)
{
	asm volatile(PARA("call *pv_ops+16", ""));
	asm volatile(PARA("call *pv_ops+24", ""));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
