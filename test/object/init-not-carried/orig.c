extern int other(int);
static int setting __attribute__((section(".init.data"))) = 4;
static int __attribute__((section(".init.text"), used)) setup(void) { return other(setting++); }
asm(".pushsection .initcall6.init, \"a\"\n__initcall__setup6: .long setup - .\n.popsection");
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
