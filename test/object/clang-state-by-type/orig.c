#include "../state-by-type/orig.c"
