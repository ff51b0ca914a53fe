// SPDX-License-Identifier: GPL-2.0
/*
 * A module that defines a static call, for static-call.sh. Reading the parameter `value` makes the call; writing 1 or 2
 * to `target` switches where it goes.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/static_call.h>

static int first(int x)
{
	return 100 + x;
}

static int second(int x)
{
	return 200 + x;
}

DEFINE_STATIC_CALL(klp_test_call, first);

static int value_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "plain %d\n", static_call(klp_test_call)(1));
}

static const struct kernel_param_ops value_ops = {
	.get = value_get,
};
module_param_cb(value, &value_ops, NULL, 0444);

static int target_set(const char *arg, const struct kernel_param *kp)
{
	static_call_update(klp_test_call, *arg == '2' ? second : first);
	return 0;
}

static const struct kernel_param_ops target_ops = {
	.set = target_set,
};
module_param_cb(target, &target_ops, NULL, 0200);

MODULE_DESCRIPTION("A static call of a module");
MODULE_LICENSE("GPL");
