extern int other(int x);
static inline __attribute__((always_inline)) int helper(int x)
{
	return other(x) + 1;
}
int __attribute__((section(".init.text"))) setup(int x)
{
	return helper(x);
}
int f(int x)
{
	return helper(x + 1);
}
