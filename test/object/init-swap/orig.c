/* The macro's numbers are the same, and setup() gives them to other arguments. */
#ifdef PATCHED
#define LIMITS 256, 64
#define MORE   2
#else
#define LIMITS 64, 256
#define MORE   1
#endif
extern int other(int x), set_limits(int low, int high);
static inline __attribute__((always_inline)) int helper(int x)
{
	return other(x) + MORE;
}
int __attribute__((section(".init.text"))) setup(int x)
{
	set_limits(LIMITS);
	return helper(x);
}
int f(int x)
{
	return helper(x + 1);
}
