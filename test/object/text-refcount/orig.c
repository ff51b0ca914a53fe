/*
 * refcount_inc() of Linux 4.13 to 4.19 (arch/x86/include/asm/refcount.h): what runs after an overflow stands in a section that no symbol
 * names, and traps into an exception handler there.
 */
#include "tables.h"
#ifndef TRAP
#define TRAP "ud2"
#endif
extern int other(int);
static inline void refcount_inc(int *count)
{
	asm volatile("lock incl %0\n js 111f\n" PUT(".text..refcount", "\"ax\"", "111: lea %0, %%rcx\n112: " TRAP "\n") "113:\n"
		     EX_12_HANDLER("112b", "113b", "ex_handler_refcount") : "+m"(*count) : : "cc", "cx");
}
int e(int *count) { refcount_inc(count); return other(1); }
#ifdef PATCHED
int f(int *count) { refcount_inc(count); refcount_inc(count + 1); return other(22); }
#else
int f(int *count) { refcount_inc(count); return other(2); }
#endif
int g(int *count) { refcount_inc(count); return other(3); }
