#include "../export-closed/orig.c"
