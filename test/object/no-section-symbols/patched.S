#define PATCHED
#include "orig.S"
