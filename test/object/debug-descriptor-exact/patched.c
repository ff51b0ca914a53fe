#include "../debug-descriptor/patched.c"
