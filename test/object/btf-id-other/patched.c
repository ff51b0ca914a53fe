#define WHAT "cast"
#include "orig.c"
