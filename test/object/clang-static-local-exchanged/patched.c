#include "../static-local-exchanged/patched.c"
