/* SPDX-License-Identifier: GPL-2.0 */
/* The names that the kernel has itself since 6.19, for older ones: the compiler looks here last. */
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

#define KLP_SYSCALL_DEFINE0 SYSCALL_DEFINE0
#define KLP_SYSCALL_DEFINE1 SYSCALL_DEFINE1
#define KLP_SYSCALL_DEFINE2 SYSCALL_DEFINE2
#define KLP_SYSCALL_DEFINE3 SYSCALL_DEFINE3
#define KLP_SYSCALL_DEFINE4 SYSCALL_DEFINE4
#define KLP_SYSCALL_DEFINE5 SYSCALL_DEFINE5
#define KLP_SYSCALL_DEFINE6 SYSCALL_DEFINE6

#endif /* KLP_LIVEPATCH_HELPERS_H */
