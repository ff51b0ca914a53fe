#define ONE "9"
#define TWO "11"
#define ADD 1
#include "unknown-section-counter/orig.c"
