#define TRAP ".byte 0x0f, 0xff"
#include "../text-refcount/orig.c"
