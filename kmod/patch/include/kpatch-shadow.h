/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shadow variables are the kernel's own, Documentation/livepatch/shadow-vars.rst: every kernel that can be a target
 * exports them.
 */
#ifndef KLP_KPATCH_SHADOW_H
#define KLP_KPATCH_SHADOW_H

#include <linux/livepatch.h>

#endif /* KLP_KPATCH_SHADOW_H */
