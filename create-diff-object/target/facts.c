// SPDX-License-Identifier: GPL-2.0-only
/*
 * What decides how a livepatch is compiled, linked and booted, and stands in no text of the kernel's build:
 * who compiled an object, the sections that its functions share, where struct module of a module is filled, whether an
 * image has an entry for virtual machines, and which build it is.
 */
#include "target/facts.h"

#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "elf/notes.h"
#include "kernel/module.h"
#include "kernel/names.h"

/* Texts of the section, each ends with a NUL. The linker merges those that are equal. */
static void write_compilers(const struct elf_obj *obj, FILE *out)
{
	const struct elf_sec *sec = elf_obj_find_section(obj, COMPILER_SECTION);
	uint64_t at = 0;

	while (sec && sec->data && at < sec->size) {
		size_t rest = sec->size - at, len = strnlen((const char *)sec->data + at, rest);

		if (len)
			fprintf(out, "compiler\t%.*s\n", (int)len, sec->data + at);
		at += len + 1;
	}
}

static void write_shared_text(const struct elf_obj *obj, FILE *out)
{
	for (uint32_t i = 1; i < obj->nsecs; i++)
		if (is_chosen_text(obj->secs[i].name))
			fprintf(out, "shared-text\t%s\n", obj->secs[i].name);
}

/* Its size, and the fields that are relocated: functions of the module. */
static void write_module_struct(const struct elf_obj *obj, FILE *out)
{
	const struct elf_sec *sec = elf_obj_find_section(obj, MODULE_STRUCT_SECTION);

	if (!sec)
		return;
	fprintf(out, "module-struct\t%llu", (unsigned long long)sec->size);
	for (uint32_t i = 0; i < sec->nrelas; i++)
		fprintf(out, "\t%llu", (unsigned long long)sec->relas[i].offset);
	fputc('\n', out);
}

static void write_entry(const struct elf_obj *obj, FILE *out)
{
	struct elf_note note;

	if (obj->arch->entry_note.name &&
	    elf_obj_note(obj, obj->arch->entry_note.name, obj->arch->entry_note.type, &note))
		fprintf(out, "virtual-entry\t%s\n", obj->arch->entry_note.name);
}

static void write_build_id(const struct elf_obj *obj, FILE *out)
{
	struct elf_note note;

	if (!elf_obj_build_id(obj, &note))
		return;
	fputs("build-id\t", out);
	for (size_t i = 0; i < note.size; i++)
		fprintf(out, "%02x", note.bytes[i]);
	fputc('\n', out);
}

void facts_write(const struct elf_obj *obj, FILE *out)
{
	write_compilers(obj, out);
	write_shared_text(obj, out);
	write_module_struct(obj, out);
	write_entry(obj, out);
	write_build_id(obj, out);
}
