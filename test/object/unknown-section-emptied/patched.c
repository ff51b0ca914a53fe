#define PATCHED 1
#include "unknown-section-emptied/orig.c"
