// SPDX-License-Identifier: GPL-2.0
/* Another module from outside the tree, which klp-oot.ko needs. */
#include <linux/module.h>

int klp_oot_base(int number);

int klp_oot_base(int number)
{
	return 2 * number;
}
EXPORT_SYMBOL_GPL(klp_oot_base);

int klp_oot_base_unused(int number);

int klp_oot_base_unused(int number)
{
	return 3 * number;
}
EXPORT_SYMBOL_GPL(klp_oot_base_unused);

MODULE_DESCRIPTION("What a module from outside the tree needs");
MODULE_LICENSE("GPL");
