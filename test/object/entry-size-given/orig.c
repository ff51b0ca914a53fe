#include "../alternatives-13/orig.c"
