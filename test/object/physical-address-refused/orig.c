extern int other(unsigned long);
#define PA(symbol) ({ unsigned long v_; asm("movabs $" symbol " + 0x80000000, %0" : "=r"(v_)); v_; })
#ifdef PATCHED
static int fresh[4] __attribute__((used));
int f(int x) { return other(PA("fresh")) + x; }
#else
int f(int x) { return other(x); }
#endif
asm(".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n.Ltext: .asciz \"text\"\n.popsection");
int text(int x)
{
#ifdef PATCHED
	x++;
#endif
	return x + other(PA(".Ltext"));
}
