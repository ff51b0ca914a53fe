#include "tables.h"
extern int printk(const char *, ...), of_other_module(int), exported_here(int), hidden(int);
extern struct key { int enabled; } module_key;
static int state;
int f(int x)
{
	printk("x");
	state += of_other_module(x) + exported_here(x) + hidden(x);
	asm volatile("1: call __SCT__way\n" PUT(".static_call_sites", "\"aw\"", DISTANCE("1b") DISTANCE("__SCK__way")));
	asm goto("1: nop\n\t.pushsection __jump_table,\"aw\"\n\t.balign 8\n\t.long 1b - .\n\t.long %l[yes] - .\n\t"
		 ".quad module_key - .\n\t.popsection" : : : : yes);
#ifdef PATCHED
	x++;
#endif
	return x;
yes:
	return x + 1;
}
