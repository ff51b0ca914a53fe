/* SPDX-License-Identifier: GPL-2.0 */
/* The names by which patches for kpatch-build define a system call that they change. Here the kernel's own will do. */
#ifndef KLP_KPATCH_SYSCALL_H
#define KLP_KPATCH_SYSCALL_H

#include <linux/syscalls.h>

#include "kpatch-macros.h"

#define KPATCH_SYSCALL_DEFINE0 SYSCALL_DEFINE0
#define KPATCH_SYSCALL_DEFINE1 SYSCALL_DEFINE1
#define KPATCH_SYSCALL_DEFINE2 SYSCALL_DEFINE2
#define KPATCH_SYSCALL_DEFINE3 SYSCALL_DEFINE3
#define KPATCH_SYSCALL_DEFINE4 SYSCALL_DEFINE4
#define KPATCH_SYSCALL_DEFINE5 SYSCALL_DEFINE5
#define KPATCH_SYSCALL_DEFINE6 SYSCALL_DEFINE6

#endif /* KLP_KPATCH_SYSCALL_H */
