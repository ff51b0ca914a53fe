#include "symtab-other-file/patched.c"
