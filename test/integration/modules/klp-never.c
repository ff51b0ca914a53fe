// SPDX-License-Identifier: GPL-2.0
/* A module that is patched and never loaded. */
#include <linux/module.h>
#include <linux/moduleparam.h>

static int never_data = 1;

static int never_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain %d\n", never_data++);
}

static const struct kernel_param_ops never_ops = {
	.get = never_get,
};
module_param_cb(value, &never_ops, NULL, 0444);

MODULE_DESCRIPTION("A module that is never loaded");
MODULE_LICENSE("GPL");
