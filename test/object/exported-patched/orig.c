typedef int fn(int);
extern int other(fn *);
int __attribute__((noinline, noipa)) f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return x;
}
int g(int x)
{
#ifdef PATCHED
	x++;
#endif
	return f(x) + other(f);
}
int h(int x) { return f(x) + other(f); }
