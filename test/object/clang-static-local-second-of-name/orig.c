#include "../static-local-second-of-name/orig.c"
