#include "../layout-moved/orig.c"
