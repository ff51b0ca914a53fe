/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a livepatch for the kernel itself, in the per-object form: KLP_PARTS lists the modules that have a part
 * of their own, each as { "<module>", "<name of its part>" }. A module that is there already gets its part when the
 * kernel's own transition is over, for the core makes one at a time; others when they come, however they were loaded.
 * modprobe loads the part; the same is asked of it by the softdep in modprobe.d, and a part that is there already is
 * nothing new to it.
 *
 * The parts are livepatches of their own, and stay when this one goes. A livepatch that is disabled, or that a newer
 * one has replaced, asks for none any more, even if its module is still loaded: an old part would come to lie above the
 * newer livepatch.
 */
#ifndef PARTS_H
#define PARTS_H

#ifdef KLP_PARTS

#include <linux/kmod.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

extern struct module *klp_find_module(const char *name) asm("\".klp.sym.vmlinux.find_module,0\"") __weak;

static struct part {
	const char *module, *name;
	struct module *held;
	struct work_struct load;
} parts[] = {KLP_PARTS};

/* Waits for modprobe, that is for the end of the part's init function. */
static void parts_load(struct work_struct *work)
{
	struct part *part = container_of(work, struct part, load);
	struct module *mod = part->held;

	if (READ_ONCE(patch.enabled))
		request_module("%s", part->name);
	module_put(mod);
}

/*
 * The module is held until its part is there, or was refused: a part whose module goes while the kernel links it to the
 * module's static keys would be the end of the machine (see held-module.h).
 */
static void parts_request(struct part *part)
{
	struct module *mod;

	rcu_read_lock_sched();
	mod = klp_find_module(part->module);
	if (mod && mod->state == MODULE_STATE_LIVE && try_module_get(mod)) {
		/* Already so if the work is pending, which holds the module. */
		part->held = mod;
		if (!queue_work(system_long_wq, &part->load))
			module_put(mod);
	}
	rcu_read_unlock_sched();
}

/* The core clears patch.enabled first of all, in __klp_disable_patch() and klp_unpatch_replaced_patches(). */
static int parts_on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;
	size_t i;

	if (state != MODULE_STATE_LIVE || !READ_ONCE(patch.enabled))
		return NOTIFY_OK;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(mod->name, parts[i].module))
			parts_request(&parts[i]);
	}
	return NOTIFY_OK;
}

static struct notifier_block parts_notifier = {
	.notifier_call = parts_on_module,
};

/*
 * Called when the object that is the kernel has been patched. A part that gave up waiting for the transition is asked
 * for again.
 */
static void parts_on_patched(struct klp_object *obj)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		parts_request(&parts[i]);
}

/* Before the livepatch is enabled: what is live by then is seen by the callback, what comes later by the notifier. */
static int parts_expect(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		INIT_WORK(&parts[i].load, parts_load);
	return register_module_notifier(&parts_notifier);
}

static void parts_forget(void)
{
	size_t i;

	unregister_module_notifier(&parts_notifier);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		flush_work(&parts[i].load);
}

#else

static void parts_on_patched(struct klp_object *obj)
{
}

static int parts_expect(void)
{
	return 0;
}

static void parts_forget(void)
{
}

#endif /* KLP_PARTS */

#endif /* PARTS_H */
