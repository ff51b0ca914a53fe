int in_data(int x)
{
	asm volatile("nop\n.pushsection .data\n1: .quad 0\n.popsection\nincq 1b");
#ifdef PATCHED
	x++;
#endif
	return x + 5;
}
long in_bss(int x)
{
	long *r;
	asm volatile("nop\n.pushsection .bss\n1: .quad 0\n.popsection\nmov $1b, %0" : "=r"(r));
	*r += x;
#ifdef PATCHED
	*r += 1;
#endif
	return *r;
}
