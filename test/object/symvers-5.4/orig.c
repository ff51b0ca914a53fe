#include "../import-namespace/orig.c"
