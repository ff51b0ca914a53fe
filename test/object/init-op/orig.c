/* No number and no name is another one in what is setup()'s own, but an operation is. */
#ifdef PATCHED
#define USABLE(x) ((x) | mask)
#define MORE      2
#else
#define USABLE(x) ((x) & mask)
#define MORE      1
#endif
extern int mask, other(int x), set_limits(int x);
static inline __attribute__((always_inline)) int helper(int x)
{
	return other(x) + MORE;
}
int __attribute__((section(".init.text"))) setup(int x)
{
	set_limits(USABLE(x));
	return helper(x);
}
int f(int x)
{
	return helper(x + 1);
}
