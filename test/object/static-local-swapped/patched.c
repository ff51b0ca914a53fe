#define FIRST 2
#define SECOND 1
#define CHANGE(x) (x + 1)
#include "orig.c"
