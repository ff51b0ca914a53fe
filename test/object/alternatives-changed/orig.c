#include "tables.h"
#ifdef PATCHED
#define NEW(a, b) b
#else
#define NEW(a, b) a
#endif
#define ALT(old, new, feature) ALT_AT(old, new, ".long " feature "\n .byte 662b-661b, 664f-663f\n")
int feature(int x) { asm volatile(ALT("nop", "lfence", NEW("1", "2"))); return x; }
int replacement(int x) { asm volatile(ALT("nop\n nop\n nop", NEW("lfence", "mfence"), "1")); return x; }
int length(int x) { asm volatile(ALT("nop\n nop\n nop", NEW("lfence", "ret"), "1")); return x; }
int call(int x) { asm volatile(ALT("nopl 0(%rax,%rax)", "call " NEW("one", "two"), "1")); return x; }
int same(int x) { asm volatile(ALT("nopl 0(%rax,%rax)", "call one", "1")); return x; }
