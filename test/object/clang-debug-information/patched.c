#include "../line-debug-information/patched.c"
