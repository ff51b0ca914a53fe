#define PATCHED
#line 1
#include "orig.c"
