/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that the kernel has itself since 6.19, for older ones: the compiler looks here last. (System calls are in
 * first/linux/livepatch_helpers.h, for both.)
 */
#ifndef KLP_LIVEPATCH_HELPERS_H
#define KLP_LIVEPATCH_HELPERS_H

#include "../klp-author.h"

#include <linux/static_call.h>
#include <linux/syscalls.h>

#define KLP_PRE_PATCH_CALLBACK(func)    KLP_ASK_PRE_PATCH(func)
#define KLP_POST_PATCH_CALLBACK(func)   KLP_ASK_POST_PATCH(func)
#define KLP_PRE_UNPATCH_CALLBACK(func)  KLP_ASK_PRE_UNPATCH(func)
#define KLP_POST_UNPATCH_CALLBACK(func) KLP_ASK_POST_UNPATCH(func)

#define KLP_STATIC_CALL(name) static_call(name)

#endif /* KLP_LIVEPATCH_HELPERS_H */
