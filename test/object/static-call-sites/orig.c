#include "tables.h"
extern int other(int);
/* The address of the key holds two flags: 1 is a tail call, 2 is __init code. */
#define CALL(flags) "1: call __SCT__way\n" PUT(".static_call_sites", "\"aw\"", DISTANCE("1b") DISTANCE("__SCK__way + " flags))
int e(int x) { asm volatile(CALL("0")); return other(x); }
int f(int x)
{
	asm volatile(CALL("1"));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
int g(int x) { asm volatile(CALL("0")); return other(x); }
