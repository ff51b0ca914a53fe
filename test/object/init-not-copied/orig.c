extern int other(int);
int __attribute__((noipa)) f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
static int setting __attribute__((section(".init.data"))) = 4;
static int __attribute__((section(".init.text"), used)) setup(void) { return f(setting++); }
asm(".pushsection .initcall6.init, \"a\"\n__initcall__setup6: .long setup - .\n__initcall__f6: .long f - .\n.popsection");
