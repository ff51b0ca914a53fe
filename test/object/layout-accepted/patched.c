#define PATCHED
#include "../layout-moved/orig.c"
