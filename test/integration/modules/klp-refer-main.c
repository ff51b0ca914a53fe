// SPDX-License-Identifier: GPL-2.0
/*
 * A module with everything that a function can refer to. Reading the parameter `value` runs what is patched; writing
 * `hidden` changes a static variable from outside.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/utsname.h>

#include "klp-refer.h"

static int hidden_data = 11;
module_param_named(hidden, hidden_data, int, 0644);

int klp_refer_exported_data = 12;
EXPORT_SYMBOL_GPL(klp_refer_exported_data);

static DEFINE_PER_CPU(int, hidden_count);

klp_whole int klp_refer_exported(int x)
{
	return 1000 + x;
}
EXPORT_SYMBOL_GPL(klp_refer_exported);

static klp_whole int hidden_function(int x)
{
	return 3 * x + hidden_data;
}

/* The same name in each of the three files. */
static klp_whole int twice(int x)
{
	return 2 * x + 10000;
}

static const struct klp_refer_ops hidden_ops = {
	.hidden = hidden_function,
};
static const struct klp_refer_ops *const volatile ops = &hidden_ops;

/* Two static variables of one name. */
static klp_whole int count_up(void)
{
	static int count = 0;

	count += 1;
	return count;
}

static klp_whole int count_down(void)
{
	static int count = 500;

	count -= 1;
	return count;
}

static klp_whole int sum_of_cpus(void)
{
	int cpu, sum = 0;

	for_each_possible_cpu(cpu)
		sum += per_cpu(hidden_count, cpu);
	return sum;
}

static int value_get(char *buffer, const struct kernel_param *kp)
{
	int sum = count_up() + count_down();

	this_cpu_inc(hidden_count);
	sum += ops->hidden(1) + twice(1) + klp_refer_one(1) + klp_refer_two(1) + sum_of_cpus();
	sum += klp_refer_exported(klp_refer_exported_data) + klp_base_scale(1);
	return sprintf(buffer, "plain %d\n", sum);
}

static const struct kernel_param_ops value_ops = {
	.get = value_get,
};
module_param_cb(value, &value_ops, NULL, 0444);

MODULE_DESCRIPTION("A module whose functions refer to all there is");
MODULE_LICENSE("GPL");
