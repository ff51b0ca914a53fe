extern int other(int);
static int state;
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x) + state;
}
int g(int x) { return other(state = x); }
