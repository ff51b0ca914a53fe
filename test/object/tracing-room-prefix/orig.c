#include "../tracing-room/orig.c"
