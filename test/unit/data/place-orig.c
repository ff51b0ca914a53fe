// SPDX-License-Identifier: GPL-2.0-only
/* The object that is placed; each macro makes one difference that the proof has to notice. */
#include "place.h"

#ifdef DIFFERENT_STRING
#define GREETING "hallo"
#else
#define GREETING "hello"
#endif

#ifdef DIFFERENT_CALLEE
#define CALLEE outside_b
#else
#define CALLEE outside_a
#endif

#ifdef DIFFERENT_DATA
#define START 8
#else
#define START 7
#endif

#ifdef DIFFERENT_POINTER
#define HANDLER second
#else
#define HANDLER first
#endif

TWINS
LONELY(outside_a)

/* No other object refers to it, but its initial value is known. */
static int counter = START;

__attribute__((weak)) int overridden(int x)
{
	return x * 3;
}

#ifdef DIFFERENT_POINTER
int second(int x);
#endif

static int (*const handlers[])(int) = {HANDLER, outside_b};

int first(int x)
{
	say(GREETING);
	return CALLEE(x) + twin(x) + lone_twin(x) + overridden(x) + counter++;
}

int second(int x)
{
#ifdef DIFFERENT_CODE
	return handlers[x & 1](x) - shared;
#else
	return handlers[x & 1](x) + shared;
#endif
}
