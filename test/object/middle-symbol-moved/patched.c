#define AT "8"
#include "orig.c"
