// SPDX-License-Identifier: GPL-2.0-only
#include "util/memory.h"

#include <stdio.h>
#include <unistd.h>

#include "util/diag.h"

void memory_exhausted(void)
{
	fputs("error: out of memory\n", stderr);
	_exit(EXIT_CODE_ERROR);
}
