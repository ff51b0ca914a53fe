#include "../state-by-type/patched.c"
