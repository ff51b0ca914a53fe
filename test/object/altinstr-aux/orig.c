#include "tables.h"
extern int other(int);
extern const char boot_cpu_data[];
/* _static_cpu_has() of Linux 5.10 to 6.12 */
#define HAS(bit, yes, no)                                                                                              \
	asm goto("661: jmp 6f\n662:\n" PUT(".altinstructions", "\"a\"", DISTANCE("661b") DISTANCE("663f")              \
							 ".long 3*32+21\n .byte 662b-661b, 664f-663f\n")          \
		 PUT(".altinstr_replacement", "\"ax\"", "663: jmp %l[" #no "]\n664:\n")                                      \
		 PUT(".altinstr_aux", "\"ax\"", "6: testb $" bit ", boot_cpu_data+7(%%rip)\n jnz %l[" #yes "]\n jmp %l[" #no "]\n") \
		 : : : : yes, no)
int e(int x) { HAS("1", yes, no); yes: return other(x); no: return other(x + 9); }
int f(int x)
{
	HAS("2", yes, no);
yes:
#ifdef PATCHED
	x++;
#endif
	return other(x);
no:
	return other(x + 9);
}
#ifdef PATCHED
#define BIT "8"
#else
#define BIT "4"
#endif
/* Another bit is tested there alone. */
int g(int x) { HAS(BIT, yes, no); yes: return other(x); no: return other(x + 9); }
