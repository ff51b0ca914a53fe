// SPDX-License-Identifier: GPL-2.0
/*
 * A module with static keys of every kind, for static-key.sh. Reading the parameter `value` tests them all, writing 0
 * or 1 to `keys` switches them all off or on.
 */
#include <linux/delay.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#define CREATE_TRACE_POINTS
#include "klp-static-key-trace.h"

static DEFINE_STATIC_KEY_FALSE(starts_off);
DEFINE_STATIC_KEY_TRUE(starts_on);
static DEFINE_STATIC_KEY_ARRAY_FALSE(several, 3);
/* The older kind: static_key_false() and static_key_true(). */
static struct static_key old_off = STATIC_KEY_INIT_FALSE;
static struct static_key old_on = STATIC_KEY_INIT_TRUE;

static int value_get(char *buffer, const struct kernel_param *kp)
{
	int n = sprintf(buffer, "plain ");

	n += sprintf(buffer + n, static_branch_unlikely(&starts_off) ? "1" : "0");
	n += sprintf(buffer + n, static_branch_likely(&starts_off) ? "1" : "0");
	n += sprintf(buffer + n, static_branch_unlikely(&starts_on) ? "1" : "0");
	n += sprintf(buffer + n, static_branch_likely(&starts_on) ? "1" : "0");
	n += sprintf(buffer + n, static_branch_unlikely(&several[2]) ? "1" : "0");
	n += sprintf(buffer + n, static_key_false(&old_off) ? "1" : "0");
	n += sprintf(buffer + n, static_key_true(&old_on) ? "1" : "0");
	/* This one is the kernel's. */
	n += sprintf(buffer + n, " %d\n", want_init_on_alloc(0));
	trace_klp_static_key_asked(n);
	pr_debug("asked for %d characters\n", n);
	return n;
}

static const struct kernel_param_ops value_ops = {
	.get = value_get,
};
module_param_cb(value, &value_ops, NULL, 0444);

static int keys_set(const char *arg, const struct kernel_param *kp)
{
	if (*arg == '1') {
		static_branch_enable(&starts_off);
		static_branch_enable(&starts_on);
		static_branch_enable(&several[2]);
		static_key_enable(&old_off);
		static_key_enable(&old_on);
	} else {
		static_branch_disable(&starts_off);
		static_branch_disable(&starts_on);
		static_branch_disable(&several[2]);
		static_key_disable(&old_off);
		static_key_disable(&old_on);
	}
	return 0;
}

static const struct kernel_param_ops keys_ops = {
	.set = keys_set,
};
module_param_cb(keys, &keys_ops, NULL, 0200);

/* How long the module is going, in milliseconds. */
static int leave;
module_param(leave, int, 0644);

static int __init klp_static_key_init(void)
{
	return 0;
}

static void __exit klp_static_key_exit(void)
{
	msleep(leave);
}

module_init(klp_static_key_init);
module_exit(klp_static_key_exit);

MODULE_DESCRIPTION("Static keys of a module");
MODULE_LICENSE("GPL");
