/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a livepatch for one module, in the per-object form: KLP_PART_OF is the module's name, as a string.
 *
 * All references to the module are resolved when the part is loaded, by addresses that hold as long as the module stays. One
 * of them is to its struct module: every module has a symbol __this_module, so without the module the part is refused by
 * the loader, whatever else it refers to. From that moment on until the part takes its reference the module might go, or go and
 * come back; then another one is found under its name, or none. A module that is still starting can fail and is
 * freed whoever holds it, so only a live one will do.
 *
 * find_module() is not exported, and is a livepatch relocation like the others.
 */
#ifndef HELD_MODULE_H
#define HELD_MODULE_H

#ifdef KLP_PART_OF

#include <linux/module.h>
#include <linux/rcupdate.h>

extern struct module klp_patched_module asm("\".klp.sym." KLP_PART_OF ".__this_module,0,vmlinux\"") __weak;
extern struct module *klp_find_module(const char *name) asm("\".klp.sym.vmlinux.find_module,0\"") __weak;

static int held_module_take(void)
{
	struct module *mod;
	bool held;

	rcu_read_lock_sched();
	mod = klp_find_module(KLP_PART_OF);
	held = mod == &klp_patched_module && mod->state == MODULE_STATE_LIVE && try_module_get(mod);
	rcu_read_unlock_sched();
	if (held)
		return 0;
	pr_err("module %s is not there, or is just coming or going\n", KLP_PART_OF);
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
