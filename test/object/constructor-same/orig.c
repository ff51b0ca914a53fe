extern int other(int);
static void __attribute__((constructor)) same(void) { other(1); }
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
