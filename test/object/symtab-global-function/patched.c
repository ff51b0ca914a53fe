#define VALUE 1
#include "symtab-global-function/orig.c"
