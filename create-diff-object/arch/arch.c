// SPDX-License-Identifier: GPL-2.0-only
/* The machines that this build knows: all of them, chosen by the object's own e_machine. */
#include "arch/arch.h"

#include <stddef.h>

static const struct arch_ops *const machines[] = {
	&arch_x86_64,
};

const struct arch_ops *arch_find(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i]->machine == machine)
			return machines[i];
	return NULL;
}
