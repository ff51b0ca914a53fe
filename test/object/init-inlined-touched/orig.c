/* The pair of init-inlined; here the author changed setup() as well. */
#include "../init-inlined/orig.c"
