// SPDX-License-Identifier: GPL-2.0
/* The second file of klp-refer. */
#include "klp-refer.h"

int klp_refer_shared_data = 13;

static klp_whole int twice(int x)
{
	return 2 * x + 20000;
}

klp_whole int klp_refer_one(int x)
{
	return twice(x) + klp_refer_shared_data;
}
