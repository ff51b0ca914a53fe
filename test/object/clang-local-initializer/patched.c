#include "../local-initializer/patched.c"
