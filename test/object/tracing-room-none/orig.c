#define NOT_TRACED
#include "../tracing-room/orig.c"
