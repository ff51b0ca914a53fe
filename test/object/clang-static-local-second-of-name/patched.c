#include "../static-local-second-of-name/patched.c"
