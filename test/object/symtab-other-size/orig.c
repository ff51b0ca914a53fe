#include "symtab-other-file/orig.c"
