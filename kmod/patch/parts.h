/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a livepatch for the kernel itself, in the per-object form: KLP_PARTS lists the modules that have a part of their
 * own, each as { "<module>", "<name of its part>" }. A module that is there already gets its part when the kernel's own
 * transition is over, for the core makes one at a time; others when they come, however they were loaded. modprobe loads the part;
 * the same is asked of it by the softdep in modprobe.d, and a part that is there already is nothing new to it.
 *
 * The parts are livepatches of their own, and stay when this one goes. A livepatch that is disabled, or that a newer one has
 * replaced, asks for none any more, even if its module is still loaded: an old part would come to lie above the newer livepatch.
 */
#ifndef PARTS_H
#define PARTS_H

#ifdef KLP_PARTS

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>

extern struct module *klp_find_module(const char *name) asm("\".klp.sym.vmlinux.find_module,0\"") __weak;

static const struct {
	const char *module, *part;
} parts[] = {KLP_PARTS};

/* The core clears patch.enabled first of all, in __klp_disable_patch() and klp_unpatch_replaced_patches(). */
static int parts_on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;
	size_t i;

	if (state != MODULE_STATE_LIVE || !READ_ONCE(patch.enabled))
		return NOTIFY_OK;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(mod->name, parts[i].module))
			request_module_nowait("%s", parts[i].part);
	}
	return NOTIFY_OK;
}

static struct notifier_block parts_notifier = {
	.notifier_call = parts_on_module,
};

static bool parts_is_live(const char *name)
{
	struct module *mod;
	bool live;

	rcu_read_lock_sched();
	mod = klp_find_module(name);
	live = mod && mod->state == MODULE_STATE_LIVE;
	rcu_read_unlock_sched();
	return live;
}

/* The post_patch callback of the object that is the kernel. A part that gave up waiting for the transition is asked for again. */
static void parts_request(struct klp_object *obj)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts_is_live(parts[i].module))
			request_module_nowait("%s", parts[i].part);
	}
}

#define PARTS_CALLBACK parts_request

/* Before the livepatch is enabled: what is live by then is seen by the callback, what comes later by the notifier. */
static int parts_expect(void)
{
	return register_module_notifier(&parts_notifier);
}

static void parts_forget(void)
{
	unregister_module_notifier(&parts_notifier);
}

#else

#define PARTS_CALLBACK NULL

static int parts_expect(void)
{
	return 0;
}

static void parts_forget(void)
{
}

#endif /* KLP_PARTS */

#endif /* PARTS_H */
