/* Changes of a function and of a variable that the author does not want in the livepatch. */
#include "author.h"

__attribute__((noinline, noclone)) int wanted(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
__attribute__((noinline, noclone)) int unwanted(int x)
{
#ifdef PATCHED
	return x + 20;
#else
	return x + 10;
#endif
}
int other = 5;
int calls(int x)
{
	return unwanted(x) + 1;
}
#ifdef PATCHED
int limit = 4;
int same(int x) { return x; }
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, unwanted) = "unwanted";
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, same) = "same";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, limit) = ".data.limit";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, other) = ".data.other";
ASK_NAME(KLP_AUTHOR_FORCE, wanted) = "wanted";
#else
int limit = 3;
int same(int x) { return x; }
#endif
