#include "debug.h"
int f(int x)
{
	DEBUG(30, 5, "new\n");
	DEBUG(31, 6, "entered\n");
	DEBUG(32, 9, "twice\n");
	DEBUG(33, 10, "twice\n");
	return x + 1;
}
int g(int x)
{
	DEBUG(34, 12, "entered differently\n");
	DEBUG(35, 17, "once, then twice\n");
	DEBUG(36, 18, "once, then twice\n");
	return x + 1;
}
int unchanged(int x)
{
	DEBUG(37, 30, "entered\n");
	return x;
}
