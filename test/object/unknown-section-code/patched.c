#define VALUE 6
#define ORDER(a, b) &&b, &&a
#include "unknown-section-code/orig.c"
