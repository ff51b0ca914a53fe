extern void print(const char *, ...);
int f(int x)
{
	asm volatile("1: nop\n.pushsection .rodata, \"a\"\n.long 1b - .\n.popsection");
#ifdef PATCHED
	print("x");
#endif
	return x;
}
