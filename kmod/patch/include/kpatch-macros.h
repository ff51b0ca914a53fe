/* SPDX-License-Identifier: GPL-2.0 */
/* The names that patches written for kpatch-build use. What each does here: klp-author.h. */
#ifndef KLP_KPATCH_MACROS_H
#define KLP_KPATCH_MACROS_H

#include "klp-author.h"

#include <linux/static_call.h>

/* What a callback is given. */
typedef struct klp_object patch_object;

#define KPATCH_PRE_PATCH_CALLBACK(func)    KLP_ASK_PRE_PATCH(func)
#define KPATCH_POST_PATCH_CALLBACK(func)   KLP_ASK_POST_PATCH(func)
#define KPATCH_PRE_UNPATCH_CALLBACK(func)  KLP_ASK_PRE_UNPATCH(func)
#define KPATCH_POST_UNPATCH_CALLBACK(func) KLP_ASK_POST_UNPATCH(func)

/* A section's name is a string. */
#define KPATCH_IGNORE_SECTION(section) KLP_ASK_IGNORE_SECTION(section)
#define KPATCH_IGNORE_FUNCTION(func)   KLP_ASK_IGNORE_FUNCTION(func)
#define KPATCH_FORCE_UNSAFE(func)      KLP_ASK_FORCE(func)

#define KPATCH_PRINTK(fmt, ...) KLP_PRINTK(fmt, ##__VA_ARGS__)

/* Static calls need nothing special here: where the key is a module's the call goes through its trampoline. */
#define KPATCH_STATIC_CALL(name) static_call(name)

#endif /* KLP_KPATCH_MACROS_H */
