#ifdef PATCHED
#line 100 /* The locations that are reported move, which is no difference. */
#endif
extern int other(int);
extern int table[8];
int e(int x, int y) { return table[x] + (x << y) + other(x); }
int f(int x, int y)
{
#ifdef PATCHED
	x++;
#endif
	return table[x] + (x << y) + other(x);
}
int g(int x, int y) { return table[x] + (x << y) + other(y); }
