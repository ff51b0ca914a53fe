#define PATCHED
#define DIGITS "0123456789ABCDEF"
#define WIDE L"0123456789ABCDEF"
#include "orig.c"
