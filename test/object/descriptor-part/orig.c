#include "../debug-descriptor/debug.h"
extern int slow(int), wait(int);
static int power_down(int x)
{
	if (!x)
		return 0;
	DEBUG(10, 5, "power down\n");
	if (slow(x) || slow(x + 1) || slow(x + 2)) {
		DEBUG(11, 7, "failed\n");
		DEBUG(12, 8, "failed\n");
		wait(x);
	}
	return wait(x + 1) + slow(x + 3);
}
int suspend(int x)
{
	return power_down(x) + 1;
}
int resume(int x)
{
#ifdef PATCHED
	if (slow(x))
		return power_down(x + 5);
#endif
	return wait(x);
}
