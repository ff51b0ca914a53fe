// SPDX-License-Identifier: GPL-2.0
/* The module that rules-patch.c patches: functions and a variable, none of them exported. */
#include <linux/module.h>
#include <linux/moduleparam.h>

static int rules_hidden = 42;
module_param(rules_hidden, int, 0644);

static int rules_show(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain %d\n", rules_hidden);
}

/* Somewhere to jump to. Its address is taken here, so that its endbr is not sealed. */
static noinline int rules_helper(void)
{
	return rules_hidden;
}
static int (*rules_pointer)(void) __used = rules_helper;

static int rules_other(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain\n");
}

static const struct kernel_param_ops rules_other_ops = {
	.get = rules_other,
};
module_param_cb(other, &rules_other_ops, NULL, 0444);

static const struct kernel_param_ops rules_ops = {
	.get = rules_show,
};
module_param_cb(show, &rules_ops, NULL, 0444);

MODULE_DESCRIPTION("A module to be patched");
MODULE_LICENSE("GPL");
