#define HASH 0x50795
#include "../kcfi/orig.S"
