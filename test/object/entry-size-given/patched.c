#include "../alternatives-13/patched.c"
