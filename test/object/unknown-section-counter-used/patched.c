#define LIST
#include "unknown-section-counter/patched.c"
