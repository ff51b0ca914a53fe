// SPDX-License-Identifier: GPL-2.0-only
/* See notes.h. A note is three numbers, then its owner and what it says, each padded to 4 bytes. */
#include "elf/notes.h"

#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"

static uint64_t padded(uint64_t size)
{
	return (size + 3) & ~(uint64_t)3;
}

bool elf_note_find(const struct arch_ops *arch, const uint8_t *data, uint64_t size, const char *owner, uint32_t type,
		   struct elf_note *note)
{
	uint64_t at = 0, owner_size, desc_size, desc_at, total;

	while (data && at <= size && size - at >= sizeof(Elf64_Nhdr)) {
		owner_size = arch_get32(arch, data + at);
		desc_size = arch_get32(arch, data + at + 4);
		desc_at = sizeof(Elf64_Nhdr) + padded(owner_size);
		total = desc_at + padded(desc_size);
		if (size - at < total)
			return false;
		if (arch_get32(arch, data + at + 8) == type && owner_size == strlen(owner) + 1 &&
		    !memcmp(data + at + sizeof(Elf64_Nhdr), owner, owner_size)) {
			*note = (struct elf_note){data + at + desc_at, desc_size};
			return true;
		}
		at += total;
	}
	return false;
}

bool elf_obj_note(const struct elf_obj *obj, const char *owner, uint32_t type, struct elf_note *note)
{
	for (uint32_t i = 1; i < obj->nsecs; i++)
		if (obj->secs[i].type == SHT_NOTE &&
		    elf_note_find(obj->arch, obj->secs[i].data, obj->secs[i].size, owner, type, note))
			return true;
	return false;
}

bool elf_obj_build_id(const struct elf_obj *obj, struct elf_note *note)
{
	return elf_obj_note(obj, ELF_NOTE_GNU, NT_GNU_BUILD_ID, note) && note->size;
}

bool elf_notes_equal(const struct elf_note *a, const struct elf_note *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}
