#include "debug.h"
int f(int x)
{
	DEBUG(10, 5, "entered\n");
	DEBUG(11, 6, "twice\n");
	DEBUG(12, 7, "twice\n");
	return x;
}
int g(int x)
{
	DEBUG(13, 12, "entered\n");
	DEBUG(14, 13, "once, then twice\n");
	return x;
}
int unchanged(int x)
{
	DEBUG(15, 20, "entered\n");
	return x;
}
