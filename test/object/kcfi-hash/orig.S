#include "../kcfi/orig.S"
