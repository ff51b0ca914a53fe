// SPDX-License-Identifier: GPL-2.0-only
/* An object without functions. */
#include "place.h"

int (*const table[])(int) = {outside_a, outside_b};
int numbers[4] = {1, 2, 3, 4};
