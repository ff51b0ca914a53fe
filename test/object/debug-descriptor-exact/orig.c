#include "../debug-descriptor/orig.c"
