/* References through the GOT (GCC -fpic, -fno-plt; inline assembly): a module has none. */
extern int other(int), data;
int __attribute__((noinline, noipa)) callee(int x)
{
#ifdef PATCHED
	x++;
#endif
	return x;
}
int f(int x)
{
	int *p;

	asm("movq data@GOTPCREL(%%rip),%0" : "=r"(p)); /* REX_GOTPCRELX */
	asm volatile("call *other@GOTPCREL(%rip)"); /* GOTPCRELX */
	asm volatile("call *callee@GOTPCREL(%rip)"); /* to the new copy */
	asm("movq callee@GOTPCREL(%%rip),%%rax" : : : "rax"); /* its address is that of the old one */
#ifdef PATCHED
	x++;
#endif
	return *p + x;
}
void g(int x)
{
	asm volatile("1: jmp *other@GOTPCREL(%rip)");
#ifdef PATCHED
	asm volatile("nop");
#endif
}
/* Not of a changed function: no matter. */
int h(int x) { asm volatile("addq data@GOTPCREL(%%rip),%%rax" : : : "rax"); return x; }
