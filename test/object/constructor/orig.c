extern int other(int);
static void __attribute__((constructor)) same(void) { other(1); }
#ifdef PATCHED
static void __attribute__((constructor)) changed(void) { other(6); }
static void __attribute__((constructor)) added(void) { other(7); }
static void __attribute__((used)) removed(void) { other(8); }
#else
static void __attribute__((constructor)) changed(void) { other(5); }
static void __attribute__((constructor)) removed(void) { other(8); }
#endif
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
