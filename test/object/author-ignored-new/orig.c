/* A parameter and __init code that a fix adds: the running kernel reads neither any more, and the author can leave them out. */
#include "author.h"

struct param {
	const char *name;
	int *value;
};

int limit = 3;
int get(int x)
{
#ifdef PATCHED
	return x < limit ? limit : x;
#else
	return x;
#endif
}
#ifdef PATCHED
static const struct param param_limit IN("__param") = {"limit", &limit};
__attribute__((used, section(".init.text"))) static int setup(void)
{
	return limit++;
}
static int (*const start)(void) IN(".initcall7.init") = setup;
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, param) = "__param";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, initcall) = ".initcall7.init";
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, setup) = "setup";
#endif
