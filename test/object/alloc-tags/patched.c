#define PATCHED
#include "orig.c"
