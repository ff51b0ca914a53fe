#define N(before, after) after
#define CHANGE if (id == 7) return 0;
#include "orig.c"
