extern int other(int);
static int __attribute__((section(".init.text"), noinline)) setup(int x) { return other(x); }
int __attribute__((section(".init.text"))) start(int x) { return setup(x) + setup(1); }
int f(int x)
{
#ifdef PATCHED
	return setup(x);
#else
	return other(x);
#endif
}
