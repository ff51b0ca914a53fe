extern int other(int), counter;
#ifdef PATCHED
extern int helper(int), state;
#else
int state = 4;
int __attribute__((noipa)) helper(int x) { return other(x) + state; }
#endif
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return helper(x) + state;
}
int same(int x) { return helper(x); }
