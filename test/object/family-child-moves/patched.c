#define ONE , hot
#define TWO
#define ADD 3
#include "family-child-moves/orig.c"
