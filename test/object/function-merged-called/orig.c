/* Nobody has the address of what both were: calls go to the right one. */
#define CALLED_ONLY
#include "../function-merged/orig.c"
