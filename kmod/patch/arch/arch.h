/* SPDX-License-Identifier: GPL-2.0 */
/* What the code of a livepatch must know of the machine: each machine's header defines the same macros. */
#ifndef KLP_ARCH_H
#define KLP_ARCH_H

#if defined(CONFIG_X86_64)
#include "x86.h"
#else
#error "this machine is not supported"
#endif

#endif /* KLP_ARCH_H */
