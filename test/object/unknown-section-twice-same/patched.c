#define PATCHED 1
#include "unknown-section-twice-same/orig.c"
