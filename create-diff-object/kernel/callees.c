// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the kernel that keep no address that they are given. Found by reading them in Linux 6.1 and 6.12; a
 * function is listed if both versions agree. What sleeps may know an address while it does, but the caller's function
 * is on the stack as long, so that no livepatch goes away meanwhile.
 *
 * Not here, although they look harmless: whatever links what it is given into a list or a tree (add_wait_queue(),
 * idr_alloc()), and whatever keeps a name instead of a copy (kmem_cache_create_usercopy()).
 */
#include "kernel/callees.h"

#include <stddef.h>
#include <string.h>

#include "kernel/names.h"

#define ARG(n)   (1u << ((n)-1))
#define TAKES    CALLEE_TAKES_LOCK
#define TRIES    CALLEE_TRIES_LOCK
#define RELEASES CALLEE_RELEASES_LOCK
#define ALL      0x3fu /* those that it has not, too: what is left in their registers is no argument */

static const struct callee callees[] = {
	/* arch/x86/kernel/ftrace_64.S, at the entry of a function; arch/x86/entry/thunk.S, out of inline assembly */
	{.name = MCOUNT_CALL, .is_transparent = true},
	{.name = "__SCT__preempt_schedule", .is_transparent = true},
	{.name = "__SCT__preempt_schedule_notrace", .is_transparent = true},
	{.name = "preempt_schedule_thunk", .is_transparent = true},
	{.name = "preempt_schedule_notrace_thunk", .is_transparent = true},
	/* kernel/locking: on the stack of who waits is what it waits with */
	{.name = "mutex_lock", .forgets = ALL, .lock = TAKES},
	{.name = "mutex_lock_interruptible", .forgets = ALL, .lock = TRIES},
	{.name = "mutex_lock_killable", .forgets = ALL, .lock = TRIES},
	{.name = "mutex_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "mutex_unlock", .forgets = ALL, .lock = RELEASES},
	{.name = "mutex_is_locked", .forgets = ALL},
	{.name = "down", .forgets = ALL, .lock = TAKES},
	{.name = "down_interruptible", .forgets = ALL, .lock = TRIES},
	{.name = "down_killable", .forgets = ALL, .lock = TRIES},
	{.name = "down_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "up", .forgets = ALL, .lock = RELEASES},
	{.name = "down_read", .forgets = ALL, .lock = TAKES},
	{.name = "down_read_interruptible", .forgets = ALL, .lock = TRIES},
	{.name = "down_read_killable", .forgets = ALL, .lock = TRIES},
	{.name = "down_read_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "up_read", .forgets = ALL, .lock = RELEASES},
	{.name = "down_write", .forgets = ALL, .lock = TAKES},
	{.name = "down_write_killable", .forgets = ALL, .lock = TRIES},
	{.name = "down_write_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "up_write", .forgets = ALL, .lock = RELEASES},
	{.name = "downgrade_write", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_spin_lock", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_spin_lock_bh", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_spin_lock_irq", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_spin_lock_irqsave", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_spin_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "_raw_spin_trylock_bh", .forgets = ALL, .lock = TRIES},
	{.name = "_raw_spin_unlock", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_spin_unlock_bh", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_spin_unlock_irq", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_spin_unlock_irqrestore", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_read_lock", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_read_lock_bh", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_read_lock_irq", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_read_lock_irqsave", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_read_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "_raw_read_unlock", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_read_unlock_bh", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_read_unlock_irq", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_read_unlock_irqrestore", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_write_lock", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_write_lock_bh", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_write_lock_irq", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_write_lock_irqsave", .forgets = ALL, .lock = TAKES},
	{.name = "_raw_write_trylock", .forgets = ALL, .lock = TRIES},
	{.name = "_raw_write_unlock", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_write_unlock_bh", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_write_unlock_irq", .forgets = ALL, .lock = RELEASES},
	{.name = "_raw_write_unlock_irqrestore", .forgets = ALL, .lock = RELEASES},
	/* the same where a lock sleeps (kernel/locking/spinlock_rt.c) */
	{.name = "rt_spin_lock", .lock = TAKES},
	{.name = "rt_spin_trylock", .lock = TRIES},
	{.name = "rt_spin_unlock", .lock = RELEASES},
	{.name = "rt_read_lock", .lock = TAKES},
	{.name = "rt_read_unlock", .lock = RELEASES},
	{.name = "rt_write_lock", .lock = TAKES},
	{.name = "rt_write_unlock", .lock = RELEASES},
	/*
	 * and locks that have functions of their own: kernel/rcu/tree_plugin.h, net/core/sock.c, net/core/rtnetlink.c
	 */
	{.name = "__rcu_read_lock", .lock = TAKES},
	{.name = "__rcu_read_unlock", .lock = RELEASES},
	{.name = "lock_sock_nested", .lock = TAKES},
	{.name = "release_sock", .lock = RELEASES},
	{.name = "rtnl_lock", .lock = TAKES},
	{.name = "rtnl_lock_killable", .lock = TRIES},
	{.name = "rtnl_trylock", .lock = TRIES},
	{.name = "rtnl_unlock", .lock = RELEASES},
	/*
	 * more of kernel/cpu.c, kernel/locking, kernel/printk, kernel/sched, kernel/signal.c, lib, fs/pipe.c,
	 * net/core/sock.c
	 */
	{.name = "cpus_read_lock", .lock = TAKES},
	{.name = "cpus_write_lock", .lock = TAKES},
	{.name = "percpu_down_write", .lock = TAKES},
	{.name = "console_lock", .lock = TAKES},
	{.name = "rt_mutex_lock", .lock = TAKES},
	{.name = "mutex_lock_io", .lock = TAKES},
	{.name = "raw_spin_rq_lock_nested", .lock = TAKES},
	{.name = "lock_device_hotplug", .lock = TAKES},
	{.name = "pipe_lock", .lock = TAKES},
	{.name = "__lock_sock_fast", .lock = TAKES},
	{.name = "cpus_read_trylock", .lock = TRIES},
	{.name = "console_trylock", .lock = TRIES},
	{.name = "rt_mutex_lock_interruptible", .lock = TRIES},
	{.name = "rt_mutex_lock_killable", .lock = TRIES},
	{.name = "rt_mutex_trylock", .lock = TRIES},
	{.name = "ww_mutex_lock", .lock = TRIES},
	{.name = "ww_mutex_lock_interruptible", .lock = TRIES},
	{.name = "ww_mutex_trylock", .lock = TRIES},
	{.name = "down_timeout", .lock = TRIES},
	{.name = "__lock_task_sighand", .lock = TRIES},
	{.name = "atomic_dec_and_mutex_lock", .lock = TRIES},
	{.name = "_atomic_dec_and_lock", .lock = TRIES},
	{.name = "_atomic_dec_and_lock_irqsave", .lock = TRIES},
	{.name = "refcount_dec_and_mutex_lock", .lock = TRIES},
	{.name = "refcount_dec_and_lock", .lock = TRIES},
	{.name = "refcount_dec_and_lock_irqsave", .lock = TRIES},
	{.name = "cpus_read_unlock", .lock = RELEASES},
	{.name = "cpus_write_unlock", .lock = RELEASES},
	{.name = "percpu_up_write", .lock = RELEASES},
	{.name = "console_unlock", .lock = RELEASES},
	{.name = "rt_mutex_unlock", .lock = RELEASES},
	{.name = "ww_mutex_unlock", .lock = RELEASES},
	{.name = "raw_spin_rq_unlock", .lock = RELEASES},
	{.name = "unlock_device_hotplug", .lock = RELEASES},
	{.name = "pipe_unlock", .lock = RELEASES},
	{.name = "queued_spin_lock_slowpath", .forgets = ALL},
	{.name = "queued_read_lock_slowpath", .forgets = ALL},
	{.name = "queued_write_lock_slowpath", .forgets = ALL},
	{.name = "refcount_warn_saturate", .forgets = ALL},
	{.name = "refcount_dec_not_one", .forgets = ALL},
	/* kernel/sched: who waits leaves the queue before it goes on */
	{.name = "__wake_up", .forgets = ALL},
	{.name = "complete", .forgets = ALL},
	{.name = "complete_all", .forgets = ALL},
	{.name = "wait_for_completion", .forgets = ALL},
	{.name = "wait_for_completion_interruptible", .forgets = ALL},
	{.name = "wait_for_completion_killable", .forgets = ALL},
	{.name = "wait_for_completion_timeout", .forgets = ALL},
	{.name = "finish_wait", .forgets = ALL},
	/* kernel/jump_label.c: what the module of a key has of it is taken out by the loader */
	{.name = "static_key_count", .forgets = ALL},
	{.name = "static_key_disable", .forgets = ALL},
	{.name = "static_key_enable", .forgets = ALL},
	{.name = "static_key_slow_dec", .forgets = ALL},
	{.name = "static_key_slow_inc", .forgets = ALL},
	/* lib/idr.c, lib/xarray.c: the nodes of an ID allocator belong to it */
	{.name = "ida_alloc_range", .forgets = ALL},
	{.name = "ida_destroy", .forgets = ALL},
	{.name = "ida_free", .forgets = ALL},
	/* kernel/rcu/srcutree.c */
	{.name = "__srcu_read_lock", .forgets = ALL, .lock = TAKES},
	{.name = "__srcu_read_unlock", .forgets = ALL, .lock = RELEASES},
	/* printed, and forgotten */
	{.name = "_printk", .forgets = ALL},
	{.name = "_printk_deferred", .forgets = ALL},
	{.name = "__warn_printk", .forgets = ALL},
	{.name = "panic", .forgets = ALL},
	{.name = "___ratelimit", .forgets = ALL},
	{.name = "__dynamic_pr_debug", .forgets = ALL},
	{.name = "_dev_alert", .forgets = ALL},
	{.name = "_dev_crit", .forgets = ALL},
	{.name = "_dev_emerg", .forgets = ALL},
	{.name = "_dev_err", .forgets = ALL},
	{.name = "_dev_info", .forgets = ALL},
	{.name = "_dev_notice", .forgets = ALL},
	{.name = "_dev_warn", .forgets = ALL},
	{.name = "netdev_err", .forgets = ALL},
	{.name = "netdev_info", .forgets = ALL},
	{.name = "netdev_notice", .forgets = ALL},
	{.name = "netdev_warn", .forgets = ALL},
	{.name = "print_hex_dump", .forgets = ALL},
	{.name = "seq_printf", .forgets = ALL},
	{.name = "seq_putc", .forgets = ALL},
	/* what the inline function seq_puts() of 6.12 calls (include/linux/seq_file.h) */
	{.name = "__seq_puts", .forgets = ALL},
	{.name = "seq_puts", .forgets = ALL},
	{.name = "seq_write", .forgets = ALL},
	{.name = "kasprintf", .forgets = ALL},
	{.name = "scnprintf", .forgets = ALL},
	{.name = "snprintf", .forgets = ALL},
	{.name = "sprintf", .forgets = ALL},
	{.name = "sysfs_emit", .forgets = ALL},
	{.name = "sysfs_emit_at", .forgets = ALL},
	/* lib: bytes and strings */
	{.name = "bcmp", .forgets = ALL},
	{.name = "memchr", .forgets = ALL, .returns = ARG(1)},
	{.name = "memcmp", .forgets = ALL},
	{.name = "memcpy", .forgets = ALL, .copies = ARG(2), .returns = ARG(1)},
	{.name = "memmove", .forgets = ALL, .copies = ARG(2), .returns = ARG(1)},
	{.name = "memset", .forgets = ALL, .returns = ARG(1)},
	{.name = "kmemdup", .forgets = ALL, .copies = ARG(1)},
	{.name = "kmemdup_noprof", .forgets = ALL, .copies = ARG(1)},
	{.name = "kstrdup", .forgets = ALL},
	{.name = "kstrdup_noprof", .forgets = ALL},
	{.name = "kstrtobool", .forgets = ALL},
	{.name = "kstrtoint", .forgets = ALL},
	{.name = "kstrtoll", .forgets = ALL},
	{.name = "kstrtouint", .forgets = ALL},
	{.name = "kstrtoull", .forgets = ALL},
	{.name = "match_string", .forgets = ALL},
	{.name = "sized_strscpy", .forgets = ALL},
	{.name = "strcasecmp", .forgets = ALL},
	{.name = "strcat", .forgets = ALL, .returns = ARG(1)},
	{.name = "strchr", .forgets = ALL, .returns = ARG(1)},
	{.name = "strcmp", .forgets = ALL},
	{.name = "strcpy", .forgets = ALL, .returns = ARG(1)},
	{.name = "strlcat", .forgets = ALL},
	{.name = "strlcpy", .forgets = ALL},
	{.name = "strlen", .forgets = ALL},
	{.name = "strncasecmp", .forgets = ALL},
	{.name = "strncmp", .forgets = ALL},
	{.name = "strncpy", .forgets = ALL, .returns = ARG(1)},
	{.name = "strnlen", .forgets = ALL},
	{.name = "strnstr", .forgets = ALL, .returns = ARG(1)},
	{.name = "strscpy", .forgets = ALL},
	{.name = "strstr", .forgets = ALL, .returns = ARG(1)},
	{.name = "sysfs_streq", .forgets = ALL},
	{.name = "__check_object_size", .forgets = ALL},
	{.name = "_copy_from_user", .forgets = ALL},
	{.name = "_copy_to_user", .forgets = ALL},
	{.name = "get_random_bytes", .forgets = ALL},
	/* they call what they are given, and have called it when they return */
	{.name = "bsearch", .forgets = ARG(1) | ARG(2) | ARG(5), .returns = ARG(2)},
	{.name = "bus_for_each_dev", .forgets = ARG(4)},
	{.name = "class_for_each_device", .forgets = ARG(4)},
	{.name = "device_find_child", .forgets = ARG(3)},
	{.name = "device_for_each_child", .forgets = ARG(3)},
	{.name = "driver_for_each_device", .forgets = ARG(4)},
	{.name = "idr_for_each", .forgets = ARG(2)},
	{.name = "iterate_fd", .forgets = ARG(3)},
	/*
	 * kernel/livepatch/shadow.c; what the constructor is given it may keep, and the object is kept as a number to
	 * look for
	 */
	{.name = "klp_shadow_alloc", .forgets = ARG(5)},
	{.name = "klp_shadow_free", .forgets = ARG(1) | ARG(3)},
	{.name = "klp_shadow_free_all", .forgets = ARG(2)},
	{.name = "klp_shadow_get", .forgets = ARG(1)},
	{.name = "klp_shadow_get_or_alloc", .forgets = ARG(5)},
	{.name = "list_sort", .forgets = ARG(3)},
	{.name = "schedule_on_each_cpu", .forgets = ARG(1)},
	{.name = "sort", .forgets = ARG(4) | ARG(5)},
	{.name = "stop_machine", .forgets = ARG(1)},
};

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* kernel/kthread.c, kernel/fork.c, net/sunrpc/svc.c: one argument is what the new threads run. */
bool callee_starts_thread(const char *name)
{
	static const char *const names[] = {
		"kthread_create_on_node", "kthread_create_on_cpu", "kernel_thread", "user_mode_thread",
		"create_io_thread",       "vhost_task_create",     "svc_create",    "svc_create_pooled"};

	return is_among(name, names, sizeof(names) / sizeof(names[0]));
}

/* kernel/sched/core.c, kernel/time: what a thread's main loop calls when it has nothing to do. */
bool callee_is_slept_in(const char *name)
{
	static const char *const names[] = {"schedule",
					    "schedule_timeout",
					    "schedule_timeout_idle",
					    "schedule_timeout_interruptible",
					    "schedule_timeout_killable",
					    "schedule_timeout_uninterruptible",
					    "msleep",
					    "msleep_interruptible"};

	return is_among(name, names, sizeof(names) / sizeof(names[0]));
}

/*
 * kernel/exit.c, kernel/kthread.c, kernel/module/main.c, kernel/sched/core.c. The stack of a dead task is empty to the
 * kernel (try_get_task_stack() in stack_trace_save_tsk_reliable()).
 */
bool callee_ends_task(const char *name)
{
	static const char *const names[] = {"do_exit",
					    "do_group_exit",
					    "do_task_dead",
					    "kthread_complete_and_exit",
					    "kthread_exit",
					    "make_task_dead",
					    "__module_put_and_kthread_exit"};

	return is_among(name, names, sizeof(names) / sizeof(names[0]));
}

/* What the compiler calls at each access to memory, in kernels that check these (KASAN, KCSAN). */
static const struct callee instrumentation = {.name = "", .forgets = ALL};

const struct callee *callee_find(const char *name)
{
	if (!strncmp(name, "__asan_", strlen("__asan_")) || !strncmp(name, "__tsan_", strlen("__tsan_")))
		return &instrumentation;
	for (size_t i = 0; i < sizeof(callees) / sizeof(callees[0]); i++)
		if (!strcmp(callees[i].name, name))
			return &callees[i];
	return NULL;
}

enum callee_lock callee_lock(const char *name)
{
	const struct callee *callee = callee_find(name);

	return callee ? callee->lock : CALLEE_NO_LOCK;
}
