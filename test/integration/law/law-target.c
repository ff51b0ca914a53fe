// SPDX-License-Identifier: GPL-2.0
/* The module that law-patch.c patches: functions and a datum, none of them exported. */
#include <linux/module.h>
#include <linux/moduleparam.h>

static int law_hidden = 42;
module_param(law_hidden, int, 0644);

static int law_show(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain %d\n", law_hidden);
}

/* Somewhere to jump to. Its address is taken here, so that its endbr is not sealed. */
static noinline int law_helper(void)
{
	return law_hidden;
}
static int (*law_pointer)(void) __used = law_helper;

static int law_other(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain\n");
}

static const struct kernel_param_ops law_other_ops = {
	.get = law_other,
};
module_param_cb(other, &law_other_ops, NULL, 0444);

static const struct kernel_param_ops law_ops = {
	.get = law_show,
};
module_param_cb(show, &law_ops, NULL, 0444);

MODULE_DESCRIPTION("A module to be patched");
MODULE_LICENSE("GPL");
