#include "../kasan-clang/orig.c"
