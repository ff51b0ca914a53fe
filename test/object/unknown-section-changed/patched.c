#define VALUE 6
#include "unknown-section-changed/orig.c"
