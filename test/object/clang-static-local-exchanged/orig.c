#include "../static-local-exchanged/orig.c"
