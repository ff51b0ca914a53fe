/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a livepatch for one module, in the per-object form: KLP_PART_OF is the module's name, as a string.
 *
 * All references to the module are resolved when the part is loaded, by addresses that hold as long as the module
 * stays. One of them is to its struct module: every module has a symbol __this_module, so without the module the part
 * is refused by the loader, whatever else it refers to. A module that is still starting can fail and is freed whoever
 * holds it, so only a live one will do, and a part that is loaded while its module is coming or going waits for the
 * outcome.
 *
 * If the module has gone, the part has to go too. But the kernel has linked the part's jump labels and static calls to
 * keys in the module's memory meanwhile, and would unlink them there. So those that lie where nothing is any more are
 * made to look like keys of the part itself, with which the kernel has nothing to do then (jump_label_del_module(),
 * static_call_del_module()). Not covered: a module that is freed in the moment while the kernel links the keys, before
 * the first instruction of the part runs; and one that goes and comes back to the same place, for its struct module,
 * until then.
 *
 * find_module() and is_module_address() are not exported, and are livepatch relocations like the others.
 */
#ifndef HELD_MODULE_H
#define HELD_MODULE_H

#ifdef KLP_PART_OF

#include <linux/delay.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/static_call.h>

extern struct module klp_patched_module asm("\".klp.sym." KLP_PART_OF ".__this_module,0,vmlinux\"") __weak;
extern struct module *klp_find_module(const char *name) asm("\".klp.sym.vmlinux.find_module,0\"") __weak;
extern bool klp_is_module_address(unsigned long addr) asm("\".klp.sym.vmlinux.is_module_address,0\"") __weak;

static bool held_module_is_lost(unsigned long addr)
{
	return addr >= MODULES_VADDR && addr < MODULES_END && !klp_is_module_address(addr);
}

static void held_module_forget_jump_labels(void)
{
#ifdef CONFIG_JUMP_LABEL
	static struct static_key nobodys;
	struct jump_entry *entry;
	unsigned int i;

	for (i = 0; i < THIS_MODULE->num_jump_entries; i++) {
		entry = &THIS_MODULE->jump_entries[i];
		if (held_module_is_lost((unsigned long)jump_entry_key(entry)))
			entry->key = (long)&nobodys - (long)&entry->key;
	}
#endif
}

static void held_module_forget_static_calls(void)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	static struct static_call_key nobodys;
	struct static_call_site *site;
	int i;

	for (i = 0; i < THIS_MODULE->num_static_call_sites; i++) {
		site = &THIS_MODULE->static_call_sites[i];
		if (held_module_is_lost((unsigned long)&site->key + (site->key & ~STATIC_CALL_SITE_FLAGS)))
			site->key = (long)&nobodys - (long)&site->key;
	}
#endif
}

static int held_module_take(void)
{
	struct module *mod;
	bool there, held;

	do {
		rcu_read_lock_sched();
		mod = klp_find_module(KLP_PART_OF);
		there = mod == &klp_patched_module;
		held = there && mod->state == MODULE_STATE_LIVE && try_module_get(mod);
		rcu_read_unlock_sched();
		if (held)
			return 0;
	} while (there && !msleep_interruptible(10));
	if (there)
		return -EINTR;

	held_module_forget_jump_labels();
	held_module_forget_static_calls();
	pr_err("module %s was unloaded while this livepatch was loaded\n", KLP_PART_OF);
	return -ENODEV;
}

static void held_module_put(void)
{
	module_put(&klp_patched_module);
}

#else

static int held_module_take(void)
{
	return 0;
}

static void held_module_put(void)
{
}

#endif /* KLP_PART_OF */

#endif /* HELD_MODULE_H */
