#include "../local-initializer/orig.c"
