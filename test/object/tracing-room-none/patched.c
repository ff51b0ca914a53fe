#define NOT_TRACED
#include "../tracing-room/patched.c"
