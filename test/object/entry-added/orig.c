#include "tables.h"
extern int other(int);
#ifdef PATCHED
#define ADDED EX_12("1b", "2b")
#define GONE  ""
#else
#define ADDED ""
#define GONE  EX_12("1b", "2b")
#endif
int gets(int x) { asm volatile("1: nop\n2:\n" ADDED); return other(x); }
int gets_second(int x) { asm volatile("1: nop\n2:\n" EX_12("1b", "2b") ADDED); return other(x); }
int loses(int x) { asm volatile("1: nop\n2:\n" GONE); return other(x); }
int same(int x) { asm volatile("1: nop\n2:\n" EX_12("1b", "2b")); return other(x); }
