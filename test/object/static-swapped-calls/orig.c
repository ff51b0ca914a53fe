extern int one(void *), two(void *);
int f(int x)
{
#ifdef PATCHED
	{ static int n; two(&n); }
	{ static int n; one(&n); }
	return x + 1;
#else
	{ static int n; one(&n); }
	{ static int n; two(&n); }
	return x;
#endif
}
