#define A(before, after) __attribute__((aligned(after)))
#include "orig.c"
