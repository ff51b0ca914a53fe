// SPDX-License-Identifier: GPL-2.0
/* A module from outside the tree, for oot.sh: reading the parameter `value` tells what its functions return. */
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include "klp-oot.h"

static DEFINE_STATIC_KEY_FALSE(doubled);
static int calls;

static int value_get(char *buffer, const struct kernel_param *kp)
{
	int number = KLP_OOT_START;

	if (static_branch_unlikely(&doubled))
		number *= 2;
	WARN_ON_ONCE(number < 0);
	return sprintf(buffer, "plain %d %d\n", klp_oot_part(number), ++calls);
}

static const struct kernel_param_ops value_ops = {
	.get = value_get,
};
module_param_cb(value, &value_ops, NULL, 0444);

static int doubled_set(const char *arg, const struct kernel_param *kp)
{
	if (*arg == '1')
		static_branch_enable(&doubled);
	else
		static_branch_disable(&doubled);
	return 0;
}

static const struct kernel_param_ops doubled_ops = {
	.set = doubled_set,
};
module_param_cb(doubled, &doubled_ops, NULL, 0200);

static int __init klp_oot_init(void)
{
	return 0;
}

static void __exit klp_oot_exit(void)
{
}

module_init(klp_oot_init);
module_exit(klp_oot_exit);

MODULE_DESCRIPTION("A module from outside the tree");
MODULE_LICENSE("GPL");
