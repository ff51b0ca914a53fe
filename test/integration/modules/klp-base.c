// SPDX-License-Identifier: GPL-2.0
/* The module that klp-refer depends on: a function, a variable and a percpu variable, all exported. */
#include <linux/module.h>
#include <linux/percpu.h>

#include "klp-refer.h"

int klp_base_level = 5;
EXPORT_SYMBOL_GPL(klp_base_level);

DEFINE_PER_CPU(int, klp_base_count) = 0;
EXPORT_PER_CPU_SYMBOL_GPL(klp_base_count);

int klp_base_scale(int x)
{
	this_cpu_inc(klp_base_count);
	return x * klp_base_level;
}
EXPORT_SYMBOL_GPL(klp_base_scale);

MODULE_DESCRIPTION("What another module depends on");
MODULE_LICENSE("GPL");
