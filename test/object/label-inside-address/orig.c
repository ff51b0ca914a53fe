extern int use(void *);
int __attribute__((noipa)) g(int x) { asm volatile("inside: nop"); return x; }
extern char inside[];
int __attribute__((noipa)) f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return use(inside) + x;
}
