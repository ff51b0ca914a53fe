#include "../promoted-names/orig.c"
/* Hidden, as everything of a file can be (#pragma GCC visibility), and local in the linked kernel, too. */
int plain(int x) __attribute__((visibility("hidden"), noinline));
int plain(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x) * 3;
}
