#define PATCHED 1
#include "line-guess-nameless/orig.c"
