// SPDX-License-Identifier: GPL-2.0
/*
 * Registers the livepatch module with the kernel's livepatch core.
 *
 * The linker collects one record for each patched function in a table (klp-records.h). The core wants
 * the functions grouped by object, each group and the list of groups closed by an empty element. The
 * groups are built at load, out of the table, since only the link knows how many diff objects there are.
 *
 * The core keeps no reference to the arrays once the patch is disabled and the module may be removed, so
 * the exit function can free them.
 */

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/*
 * KBUILD_MODNAME is that of this file. With no name in it, the object is the same in all livepatches of a
 * target. (Headers print where THIS_MODULE is not declared yet: ia32_enabled_verbose() in asm/ia32.h.)
 */
#undef pr_fmt
#define pr_fmt(fmt) "%s: " fmt, THIS_MODULE->name

static struct klp_patch patch;

#include "klp-records.h"
#include "klp-info.h"
#include "held-module.h"
#include "late-relocations.h"
#include "parts.h"
#include "callbacks.h"

#ifndef KLP_REPLACE
#define KLP_REPLACE 1
#endif

/* One module for all objects is not tried again: its late relocations may have been applied. */
#if defined(KLP_PART_OF) || defined(KLP_PARTS)
#define KLP_ATTEMPTS 600
#else
#define KLP_ATTEMPTS 1
#endif

/* Set by the linker script. */
extern const struct klp_func_record __klp_funcs_start[], __klp_funcs_end[];
extern const struct klp_states_record __klp_states[];

static struct klp_states_record states_end __used __section(KLP_STATES_SECTION ".end") __aligned(8);

/* Where no function is patched the table is allocated all the same. */
asm(".pushsection " KLP_FUNCS_SECTION ", \"aw\", @progbits\n\t.popsection");

static bool is_object(const char *a, const char *b)
{
	return !strcmp(a, b);
}

/* The objects of all records, those of functions before those of callbacks, with repetitions; NULL behind the last. */
static const char *object_of_record(size_t i)
{
	size_t nfuncs = __klp_funcs_end - __klp_funcs_start;

	if (i < nfuncs)
		return __klp_funcs_start[i].object;
	return __klp_callbacks[i - nfuncs].object;
}

/* The first record of an object speaks for it. */
static bool is_first_of_object(size_t record)
{
	size_t i;

	for (i = 0; i < record; i++) {
		if (is_object(object_of_record(i), object_of_record(record)))
			return false;
	}
	return true;
}

/* An object that has callbacks may have no function. */
static int fill_object(struct klp_object *obj, const char *name)
{
	const struct klp_func_record *rec;
	struct klp_func *func;
	size_t n = 0;

	for (rec = __klp_funcs_start; rec < __klp_funcs_end; rec++)
		n += is_object(rec->object, name);

	obj->funcs = kcalloc(n + 1, sizeof(*obj->funcs), GFP_KERNEL);
	if (!obj->funcs)
		return -ENOMEM;
	/* The core knows the kernel itself by a NULL name. */
	obj->name = is_object(name, KLP_VMLINUX) ? NULL : name;
	obj->callbacks = callbacks;

	func = obj->funcs;
	for (rec = __klp_funcs_start; rec < __klp_funcs_end; rec++) {
		if (!is_object(rec->object, name))
			continue;
		func->old_name = rec->name;
		func->new_func = rec->new_func;
		func->old_sympos = rec->sympos;
		func++;
	}
	return 0;
}

/* The states of the author, and one of whoever asked for the livepatch (kpatch-build --state) behind them. */
static int fill_states(void)
{
	/* kpatch-build has seen to it that there is one array at most. */
	struct klp_state *states = __klp_states->states;
#ifdef KLP_STATE
	size_t n = 0;

	while (states && states[n].id)
		n++;
	patch.states = kcalloc(n + 2, sizeof(*states), GFP_KERNEL);
	if (!patch.states)
		return -ENOMEM;
	if (n)
		memcpy(patch.states, states, n * sizeof(*states));
	patch.states[n] = (struct klp_state)KLP_STATE;
#else
	patch.states = states;
#endif
	return 0;
}

static void free_states(void)
{
#ifdef KLP_STATE
	kfree(patch.states);
	patch.states = NULL;
#endif
}

static void free_objects(void)
{
	struct klp_object *obj;

	free_states();
	if (!patch.objs)
		return;
	for (obj = patch.objs; obj->funcs; obj++)
		kfree(obj->funcs);
	kfree(patch.objs);
	patch.objs = NULL;
}

/* In the order in which their callbacks are called: the kernel, then the modules. */
static int fill_patch(void)
{
	struct klp_object *obj;
	const char *name;
	size_t i, n = 0;
	int kernel, ret;

	for (i = 0; object_of_record(i); i++)
		n += is_first_of_object(i);
	if (!n) {
		pr_err("no function to patch\n");
		return -EINVAL;
	}

	ret = fill_states();
	if (ret)
		return ret;
	patch.objs = kcalloc(n + 1, sizeof(*patch.objs), GFP_KERNEL);
	if (!patch.objs)
		return -ENOMEM;

	obj = patch.objs;
	for (kernel = 1; kernel >= 0; kernel--) {
		for (i = 0; (name = object_of_record(i)); i++) {
			if (is_object(name, KLP_VMLINUX) != kernel || !is_first_of_object(i))
				continue;
			ret = fill_object(obj++, name);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/*
 * In the per-object form several livepatches come at once, and the core makes one transition at a time. The array of
 * objects is made anew for each attempt: the core has initialized the kobjects in it.
 */
static int enable(void)
{
	int attempts = KLP_ATTEMPTS, ret;

	do {
		free_objects();
		patch = (struct klp_patch){.mod = THIS_MODULE, .replace = KLP_REPLACE};
		ret = fill_patch();
		if (!ret)
			ret = klp_enable_patch(&patch);
	} while (ret == -EBUSY && !callbacks_refused && --attempts > 0 && !msleep_interruptible(100));
	if (ret)
		free_objects();
	if (ret == -EBUSY && !callbacks_refused)
		pr_err("not loaded: another livepatch is still in transition; load this one when that is complete\n");
	return ret;
}

static int __init patch_init(void)
{
	int ret;

	ret = held_module_take();
	if (ret)
		return ret;
	ret = parts_expect();
	if (ret)
		goto err_put;
	ret = enable();
	if (ret)
		goto err_forget;
#ifdef KLP_ADDRESS_KEPT
	pr_notice("can be disabled, but not removed: the kernel may keep the address of %s\n", KLP_ADDRESS_KEPT);
#endif
	return 0;

err_forget:
	parts_forget();
err_put:
	held_module_put();
	return ret;
}

/*
 * What has an init function and no exit function stays (delete_module(), kernel/module/main.c; "[permanent]" in
 * /proc/modules): a livepatch whose addresses the kernel may keep when it is disabled. The names of these are in
 * KLP_ADDRESS_KEPT.
 */
#ifndef KLP_ADDRESS_KEPT
/* The core allows removal only when the patch is disabled and no task runs its code any more. */
static void __exit patch_exit(void)
{
	parts_forget();
	free_objects();
	held_module_put();
}

module_exit(patch_exit);
#endif

module_init(patch_init);

MODULE_DESCRIPTION("Livepatch");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
