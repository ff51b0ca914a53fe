#include "tables.h"
extern int other(int);
int e(int x)
{
	asm volatile(SITE(".smp_locks", "lock incl counter") SITE(".retpoline_sites", "call __x86_indirect_thunk_rax")
		     SITE(".call_sites", "call away") SITE(".cfi_sites", "nop") SITE(".return_sites", "nop"));
	return other(x);
}
int f(int x)
{
	asm volatile(SITE(".smp_locks", "lock incl counter") SITE(".retpoline_sites", "call __x86_indirect_thunk_rax")
		     SITE(".call_sites", "call away") SITE(".cfi_sites", "nop") SITE(".return_sites", "nop"));
#ifdef PATCHED
	x++;
#endif
	asm volatile(SITE(".call_sites", "call away"));
	return other(x);
}
/* What is listed where no function's code is: a return thunk in a replacement goes with the function. */
int g(int x)
{
	asm volatile(ALT_14("nopl 0(%rax,%rax)", SITE(".return_sites", "jmp __x86_return_thunk")));
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
int h(int x)
{
	asm volatile(ALT_14("nopl 0(%rax,%rax)", SITE(".return_sites", "jmp __x86_return_thunk")));
	return other(x);
}
