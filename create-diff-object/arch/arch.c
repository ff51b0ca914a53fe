// SPDX-License-Identifier: GPL-2.0-only
/* The machines that this build knows: all of them, chosen by the object's own e_machine. */
#include "arch/arch.h"

#include <stddef.h>
#include <string.h>

#include "kernel/special.h"

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

const struct special_row *arch_find_special(const struct arch_ops *arch, const char *section)
{
	for (const struct special_row *row = arch->special; row->section; row++)
		if (!strcmp(row->section, section))
			return row;
	return NULL;
}

uint8_t arch_kept_bits(const struct arch_ops *arch, const struct arch_reloc *reloc, uint64_t i)
{
	return i < reloc->size ? (uint8_t)~bytes_byte_of(reloc->mask, reloc->size, i, arch->is_big_endian) : 0xff;
}

void arch_clear_field(const struct arch_ops *arch, const struct arch_reloc *reloc, uint8_t *bytes)
{
	for (uint64_t i = 0; i < reloc->size; i++)
		bytes[i] &= arch_kept_bits(arch, reloc, i);
}

bool arch_field_is_clear(const struct arch_ops *arch, const struct arch_reloc *reloc, const uint8_t *bytes)
{
	for (uint64_t i = 0; i < reloc->size; i++)
		if (bytes[i] & ~arch_kept_bits(arch, reloc, i))
			return false;
	return true;
}

int arch_find_payload(const uint8_t *bytes, uint64_t size, struct arch_payload *payload, const struct arch_ops **found,
		      const char **why)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		int is = machines[i]->find_payload(bytes, size, payload, why);

		*found = machines[i];
		if (is)
			return is;
	}
	return 0;
}
