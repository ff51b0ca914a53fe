#define IN(before, after) after
#include "orig.c"
