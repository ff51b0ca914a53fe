// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

int shared = 1, kallsyms_names = 2;

/* A module's symbols of such a section are in its file, not in the running kernel. */
__attribute__((section(".init.text"))) int early(int x)
{
	return x + 5;
}

TWINS
LONELY(outside_b)

int say(const char *what)
{
	PARAVIRT(7);
	return what == "hello" ? shared : twin(1) + lone_twin(2);
}

int overridden(int x)
{
	EXTABLE(1);
	ALTERNATIVE("call outside_b", 1);
	return x - 1;
}

SAME
