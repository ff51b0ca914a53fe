// SPDX-License-Identifier: GPL-2.0
/* The third file of klp-refer. */
#include "klp-refer.h"

static klp_whole int twice(int x)
{
	return 2 * x + 30000;
}

klp_whole int klp_refer_two(int x)
{
	return twice(x);
}
