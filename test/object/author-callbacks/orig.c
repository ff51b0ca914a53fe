/* Callbacks and states of a module's object: with what they need, in records for the hook. Nothing else of the object changes. */
#include "author.h"

extern int announce(const char *text);
int limit = 3;
int f(int x)
{
	return x + limit;
}
#ifdef PATCHED
static int raised;
static int before(void *object)
{
	raised = limit;
	return announce("before");
}
static void after(void *object)
{
	limit = raised + f(0);
}
static struct state states[] = {{.id = 7, .version = 2}, {}};
ASK(KLP_AUTHOR_PRE_PATCH, before) = before;
ASK(KLP_AUTHOR_POST_UNPATCH, after) = after;
ASK_STATES(states, 2);
#endif
