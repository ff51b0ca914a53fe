extern int other(int);
int __attribute__((section(".vdso.text"))) vdso_f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return x;
}
int __attribute__((section(".vdso.text"))) vdso_same(int x) { return x * 2; }
int g(int x) { return other(x); }
