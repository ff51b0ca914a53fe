#define PATCHED
#include "export-removed/orig.c"
