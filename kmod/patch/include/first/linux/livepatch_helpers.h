/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In front of the kernel's own header of this name (since 6.19) and of ours for older ones. The kernel's makes a system
 * call without the variables that describe it to ftrace, so that they would be missing; here the originals are used, so
 * that a system call is defined as it was. And it has neither states nor system calls without arguments.
 */
#include_next <linux/livepatch_helpers.h>

#ifndef KLP_FIRST_LIVEPATCH_HELPERS_H
#define KLP_FIRST_LIVEPATCH_HELPERS_H

#include "../../klp-author.h"

#undef KLP_SYSCALL_DEFINE0
#undef KLP_SYSCALL_DEFINE1
#undef KLP_SYSCALL_DEFINE2
#undef KLP_SYSCALL_DEFINE3
#undef KLP_SYSCALL_DEFINE4
#undef KLP_SYSCALL_DEFINE5
#undef KLP_SYSCALL_DEFINE6
#define KLP_SYSCALL_DEFINE0 SYSCALL_DEFINE0
#define KLP_SYSCALL_DEFINE1 SYSCALL_DEFINE1
#define KLP_SYSCALL_DEFINE2 SYSCALL_DEFINE2
#define KLP_SYSCALL_DEFINE3 SYSCALL_DEFINE3
#define KLP_SYSCALL_DEFINE4 SYSCALL_DEFINE4
#define KLP_SYSCALL_DEFINE5 SYSCALL_DEFINE5
#define KLP_SYSCALL_DEFINE6 SYSCALL_DEFINE6

#endif /* KLP_FIRST_LIVEPATCH_HELPERS_H */
