extern int other(int);
extern struct key { int enabled; } module_key;
int f(int x)
{
	asm goto("1: nop\n\t.pushsection __jump_table,\"aw\"\n\t.balign 8\n\t.long 1b - .\n\t.long %l[yes] - .\n\t"
		 ".quad module_key - .\n\t.popsection" : : : : yes);
	return other(x);
yes:
	return other(x + 2);
}
