extern int other(int);
static inline __attribute__((always_inline)) int helper(int x)
{
	static int count;
#ifdef PATCHED
	x += 3;
#endif
	count += x;
	return other(count);
}
int f(int x) { return helper(x) + 1; }
int g(int x) { return helper(x) * 2; }
int h(int x) { static int count; count += x; return other(count); }
