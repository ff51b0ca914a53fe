#define SETUP second_setup
#include "initcall-changed/orig.c"
