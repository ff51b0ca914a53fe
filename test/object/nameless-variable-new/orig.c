int f(int x)
{
#ifdef PATCHED
	asm volatile("nop\n.pushsection .data\n1: .quad 0\n.popsection\nincq 1b");
#endif
	return x + 5;
}
