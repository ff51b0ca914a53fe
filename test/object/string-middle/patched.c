#define PATCHED
#include "string-middle/orig.c"
