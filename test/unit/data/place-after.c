// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

TWINS
LONELY(outside_b)

int outside_a(int x)
{
	EXTABLE(1);
	ALTERNATIVE("call outside_b", 1);
	return twin(x);
}

int outside_b(int x)
{
	return lone_twin(x) + (int)(long)"hallo";
}

SAME
