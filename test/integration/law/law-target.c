// SPDX-License-Identifier: GPL-2.0
/* The module that law-patch.c patches: one function and one datum, none of them exported. */
#include <linux/module.h>
#include <linux/moduleparam.h>

static int law_hidden = 42;
module_param(law_hidden, int, 0644);

static int law_show(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain %d\n", law_hidden);
}

static const struct kernel_param_ops law_ops = {
	.get = law_show,
};
module_param_cb(show, &law_ops, NULL, 0444);

MODULE_DESCRIPTION("A module to be patched");
MODULE_LICENSE("GPL");
