/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes: small records in sections of their own, or in a file of /sys, that say something of an object as a whole.
 */
#ifndef KLP_ELF_NOTES_H
#define KLP_ELF_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch_ops;
struct elf_obj;

struct elf_note {
	const uint8_t *bytes; /* what it says; not owned */
	size_t size;
};

/* The first note of that owner and type (NT_*) in bytes that hold notes and nothing else. False: there is none. */
bool elf_note_find(const struct arch_ops *arch, const uint8_t *data, uint64_t size, const char *owner, uint32_t type,
		   struct elf_note *note);
/* The same in all sections of notes of an object. */
bool elf_obj_note(const struct elf_obj *obj, const char *owner, uint32_t type, struct elf_note *note);
/* The build ID that the linker gave it (ld --build-id): equal ones are of one build. */
bool elf_obj_build_id(const struct elf_obj *obj, struct elf_note *note);
bool elf_notes_equal(const struct elf_note *a, const struct elf_note *b);

#endif
