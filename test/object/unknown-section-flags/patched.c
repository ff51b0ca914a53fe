#define PATCHED 1
#include "unknown-section-flags/orig.c"
