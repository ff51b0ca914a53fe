extern int data;
int f(int x)
{
	asm volatile("addq data@GOTPCREL(%%rip),%%rax" : : : "rax");
#ifdef PATCHED
	x++;
#endif
	return x;
}
