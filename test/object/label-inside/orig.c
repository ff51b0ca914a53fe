extern int other(int), use(void *);
int __attribute__((noipa)) g(int x) { asm volatile("inside: nop"); return other(x); }
void __attribute__((noipa)) f(int x)
{
#ifdef PATCHED
	other(x + 1);
#else
	other(x);
#endif
	asm volatile("jmp inside");
}
