#include "tables.h"
extern int other(int);
int __attribute__((noipa)) own(int x) { return other(x); }
static char own_data[8];
#ifdef PATCHED
#define N "1"
#else
#define N "2"
#endif
int site(int x) { asm volatile("mov $" N ", %eax\n" ALT_14("call own", "lfence")); return x; }
int replacement(int x) { asm volatile("mov $" N ", %eax\n" ALT_14("nopl 0(%rax,%rax)", "call own")); return x; }
int paravirt(int x) { asm volatile("mov $" N ", %eax\n" PARA("call own\n nopw 0(%rax)", "")); return x; }
int handled(int x) { asm volatile("mov $" N ", %%eax\n1: nop\n2:\n" EX_12_HANDLER("1b", "2b", "own") : : "m"(own_data)); return x; }
/* Beside them it is as good as anywhere. */
int beside(int x) { asm volatile("mov $" N ", %eax\n call own\n" ALT_14("nop", "lfence")); return x; }
