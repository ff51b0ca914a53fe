/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this machine know of each other. */
#ifndef KLP_ARCH_X86_64_H
#define KLP_ARCH_X86_64_H

#include <stdint.h>

#include "kernel/special.h"

struct arch_payload;

extern const struct special_row x86_64_special[]; /* see struct arch_ops */

/* See struct arch_ops. */
int x86_64_find_payload(const uint8_t *bytes, uint64_t size, struct arch_payload *payload, const char **why);

#endif
