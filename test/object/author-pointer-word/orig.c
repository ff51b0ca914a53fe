/* The section says that it is a callback, and the name of the pointer which one. */
#include "author.h"

int f(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
#ifdef PATCHED
static int before(void *object)
{
	return !object;
}
static void *f_pre_patch_pointer IN(".discard.klp_callback_ptrs") = before;
#endif
