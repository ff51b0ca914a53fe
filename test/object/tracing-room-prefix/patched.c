#include "../tracing-room/patched.c"
