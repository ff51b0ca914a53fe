#include "symtab-files-of-name/orig.c"
