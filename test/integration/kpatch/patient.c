// SPDX-License-Identifier: GPL-2.0
/*
 * Every 15 s the kernel itself wakes the tasks that hold up a transition (klp_send_signals() in
 * kernel/livepatch/transition.c). On a busy machine that is before the test has looked at them. With this module it
 * never does: twice a second it puts back the counter of seconds, klp_signals_cnt, whose address is given. It stays.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/timer.h>

static unsigned long counter;
module_param(counter, ulong, 0);

static void patient_again(struct timer_list *timer)
{
	WRITE_ONCE(*(unsigned int *)counter, 0);
	mod_timer(timer, jiffies + HZ / 2);
}
static DEFINE_TIMER(patient_timer, patient_again);

static int __init patient_init(void)
{
	if (!counter)
		return -EINVAL;
	mod_timer(&patient_timer, jiffies + HZ / 2);
	return 0;
}
module_init(patient_init);
MODULE_DESCRIPTION("No signals to tasks that hold up a transition");
MODULE_LICENSE("GPL");
