#include "symtab-files-of-name/patched.c"
