#include "../line-debug-information/orig.c"
