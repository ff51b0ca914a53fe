/* The call is a nop, and only the record tells of it. */
#include "../tracing-call/orig.c"
