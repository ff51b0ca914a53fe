#define PATCHED 1
#include "unknown-section-twice/orig.c"
