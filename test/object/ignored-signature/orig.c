/* f() stays as it is, and gives helper() one argument too few. */
#include "author.h"

extern int g(int x, int flags);
#ifdef PATCHED
__attribute__((noinline)) static int helper(int x, int flags)
{
	return g(x, flags);
}
int f(int x)
{
	return helper(x, 0) + 1;
}
int h(int x)
{
	return helper(x, 3) + 1;
}
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, f) = "f";
#else
__attribute__((noinline)) static int helper(int x)
{
	return g(x, 1);
}
int f(int x)
{
	return helper(x) + 1;
}
int h(int x)
{
	return helper(x) + 1;
}
#endif
