/* A section that is not there, and a pointer to no function. */
#define UNWANTED (void *)unwanted + 1
#define SECTION  ".data.nothing"
#include "../author-kpatch-sections/orig.c"
