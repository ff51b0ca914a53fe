/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls what the author of the patch asked for, and what this livepatch needs besides, of the same object: the author's
 * first, for a post_unpatch callback may still use what the module's late relocations lead to.
 */
#ifndef CALLBACKS_H
#define CALLBACKS_H

#include <linux/livepatch.h>
#include <linux/string.h>

#include "klp-records.h"

/* Set by the linker script. */
extern const struct klp_callback_record __klp_callbacks[];

/* Behind those of all diff objects, without a gap: GCC would align a structure of this size to 16 bytes. */
static struct klp_callback_record callbacks_end __used __section(KLP_CALLBACKS_SECTION ".end") __aligned(8);

/* What a pre_patch callback stopped the load with, for the load is not tried again then. */
static int callbacks_refused;

static void *callbacks_find(const struct klp_object *obj, enum klp_callback_kind kind)
{
	const char *object = obj->name ? obj->name : KLP_VMLINUX;
	const struct klp_callback_record *rec;

	for (rec = __klp_callbacks; rec->object; rec++) {
		if (rec->kind == kind && !strcmp(rec->object, object))
			return rec->function;
	}
	return NULL;
}

static int callbacks_pre_patch(struct klp_object *obj)
{
	int (*function)(struct klp_object *) = callbacks_find(obj, KLP_PRE_PATCH);
	int ret = function ? function(obj) : 0;

	/*
	 * To the loader of modules more than 0 is no error: do_init_module() and load_module() would go on, without the
	 * livepatch.
	 */
	if (ret > 0) {
		pr_err("a pre_patch callback must return 0 or a negative error, not %d\n", ret);
		ret = -EINVAL;
	}
	if (ret) {
		callbacks_refused = ret;
		late_relocations_object_refused(obj);
	}
	return ret;
}

static void callbacks_call(struct klp_object *obj, enum klp_callback_kind kind)
{
	void (*function)(struct klp_object *) = callbacks_find(obj, kind);

	if (function)
		function(obj);
}

static void callbacks_post_patch(struct klp_object *obj)
{
	callbacks_call(obj, KLP_POST_PATCH);
	parts_on_patched(obj);
}

static void callbacks_pre_unpatch(struct klp_object *obj)
{
	callbacks_call(obj, KLP_PRE_UNPATCH);
}

static void callbacks_post_unpatch(struct klp_object *obj)
{
	callbacks_call(obj, KLP_POST_UNPATCH);
	late_relocations_object_gone(obj);
}

static const struct klp_callbacks callbacks = {
	.pre_patch = callbacks_pre_patch,
	.post_patch = callbacks_post_patch,
	.pre_unpatch = callbacks_pre_unpatch,
	.post_unpatch = callbacks_post_unpatch,
};

#endif /* CALLBACKS_H */
