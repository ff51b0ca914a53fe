// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/klp_order tells of which version three functions are that run one after the other: this file's
 * versions_show(), a() of vmlinux (jiffies64_to_msecs()), and b() of this module, called directly and by its address.
 * Livepatch N makes each of them answer N.
 *
 * Not a parameter: those can still be read when the module is going and livepatches have left it already.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "klp-order.h"

static __attribute__((noipa)) int b(void)
{
	return 0;
}
static int (*volatile b_pointer)(void) = b;

static __attribute__((noipa)) int a(void)
{
	u64 version = jiffies64_to_msecs(KLP_ORDER_MAGIC);

	return version < 100 ? version : 0;
}

static int versions_show(struct seq_file *file, void *data)
{
	seq_printf(file, "%d %d %d %d\n", 0, a(), b(), b_pointer());
	return 0;
}

static int __init order_init(void)
{
	return proc_create_single("klp_order", 0444, NULL, versions_show) ? 0 : -ENOMEM;
}

static void __exit order_exit(void)
{
	remove_proc_entry("klp_order", NULL);
}

module_init(order_init);
module_exit(order_exit);

MODULE_DESCRIPTION("Functions of several versions");
MODULE_LICENSE("GPL");
