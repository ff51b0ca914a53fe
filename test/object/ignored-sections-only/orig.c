/* Nothing else differs: nothing changed. */
#define NOTHING_ELSE
#include "../ignored-sections/orig.c"
