#define LIST
#include "unknown-section-counter/orig.c"
