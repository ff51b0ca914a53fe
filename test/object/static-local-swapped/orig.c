extern int use(void *);
#ifndef FIRST
#define FIRST 1
#define SECOND 2
#define CHANGE(x) (x)
#endif
int f(int x)
{
	{ static int n = FIRST; n += x; use(&n); }
	{ static int n = SECOND; n -= x; use(&n); }
	return CHANGE(x);
}
