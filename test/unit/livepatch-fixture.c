// SPDX-License-Identifier: GPL-2.0-only
/* See livepatch-fixture.h. */
#include "livepatch-fixture.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf/model.h"
#include "klp/finish.h"
#include "util/diag.h"

/* Tests run at the top of the tree. */
#define DATA "test/unit/data"

void fixture_run(const struct fixture *fixture, const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	int n = snprintf(command, sizeof(command), "cd %s && ", fixture->dir);

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
	va_end(ap);
	if (system(command))
		fail_msg("command failed: %s", command);
}

const char *fixture_path(const struct fixture *fixture, const char *name)
{
	static char paths[8][64];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", fixture->dir, name);
	return path;
}

static void assemble(const struct fixture *fixture, const char *source, const char *object)
{
	char data[PATH_MAX];

	assert_non_null(realpath(DATA, data));
	fixture_run(fixture, "cc -c -o %s %s/%s", object, data, source);
}

static void finish(const struct fixture *fixture, const char *linked, const char *finished)
{
	struct diag diag = {.out = stderr};
	struct klp_finished result;
	struct elf_obj *in;

	assert_int_equal(elf_obj_read(fixture_path(fixture, linked), &in, &diag), 0);
	assert_int_equal(klp_finish(in, &result, &diag), 0);
	assert_int_equal(klp_finished_write(&result, fixture_path(fixture, finished), &diag), 0);
	klp_finished_free(&result);
	elf_obj_free(in);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char data[PATH_MAX];

	strcpy(fixture->dir, "/tmp/klp-unit.XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	fixture_run(fixture, "mkdir -p modules/kernel/drivers");
	assemble(fixture, "linked-module.S", "linked.ko");
	assemble(fixture, "linked-part.S", "linked-part.ko");
	assemble(fixture, "kernel.S", "kernel.o");
	assemble(fixture, "kernel-twin.S", "kernel-twin.o");
	assemble(fixture, "module-a.S", "modules/kernel/drivers/mod-a.ko");
	assemble(fixture, "module-b.S", "modules/mod_b.ko");
	assemble(fixture, "module-c.S", "modules/mod-c.ko");
	fixture_run(fixture, "ld -Ttext=0xffffffff81000000 -e 0 -o vmlinux kernel.o kernel-twin.o");
	assert_non_null(realpath(DATA, data));
	fixture_run(fixture, "cp %s/Module.symvers .", data);
	finish(fixture, "linked.ko", "good.ko");
	finish(fixture, "linked-part.ko", "part.ko");
	*state = fixture;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "rm -rf %s", fixture->dir);
	free(fixture);
	return 0;
}

struct elf_edit elf_edit_read(const char *path)
{
	struct elf_edit edit;
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	edit.size = (size_t)ftell(file);
	edit.bytes = malloc(edit.size);
	rewind(file);
	assert_int_equal(fread(edit.bytes, 1, edit.size, file), edit.size);
	fclose(file);
	return edit;
}

void elf_edit_write(const struct elf_edit *edit, const char *path)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(edit->bytes, 1, edit->size, file), edit->size);
	fclose(file);
}

void elf_edit_free(struct elf_edit *edit)
{
	free(edit->bytes);
}

Elf64_Ehdr *elf_edit_header(struct elf_edit *edit)
{
	return (Elf64_Ehdr *)edit->bytes;
}

static Elf64_Shdr *section_at(struct elf_edit *edit, uint32_t i)
{
	return (Elf64_Shdr *)(edit->bytes + elf_edit_header(edit)->e_shoff) + i;
}

static const char *section_name(struct elf_edit *edit, uint32_t i)
{
	const Elf64_Shdr *names = section_at(edit, elf_edit_header(edit)->e_shstrndx);

	return (const char *)edit->bytes + names->sh_offset + section_at(edit, i)->sh_name;
}

Elf64_Shdr *elf_edit_section(struct elf_edit *edit, const char *name)
{
	for (uint32_t i = 1; i < elf_edit_header(edit)->e_shnum; i++)
		if (!strcmp(section_name(edit, i), name))
			return section_at(edit, i);
	fail_msg("no section %s", name);
	return NULL;
}

bool elf_edit_has_section(struct elf_edit *edit, const char *name)
{
	for (uint32_t i = 1; i < elf_edit_header(edit)->e_shnum; i++)
		if (!strcmp(section_name(edit, i), name))
			return true;
	return false;
}

uint32_t elf_edit_section_index(struct elf_edit *edit, const char *name)
{
	return (uint32_t)(elf_edit_section(edit, name) - section_at(edit, 0));
}

void *elf_edit_data(struct elf_edit *edit, const char *section)
{
	return edit->bytes + elf_edit_section(edit, section)->sh_offset;
}

static Elf64_Shdr *strings_of_symbols(struct elf_edit *edit)
{
	return section_at(edit, elf_edit_section(edit, ".symtab")->sh_link);
}

Elf64_Sym *elf_edit_symbol(struct elf_edit *edit, const char *name)
{
	const Elf64_Shdr *symtab = elf_edit_section(edit, ".symtab");
	const char *strings = (const char *)edit->bytes + strings_of_symbols(edit)->sh_offset;
	Elf64_Sym *syms = elf_edit_data(edit, ".symtab");

	for (uint64_t i = 1; i < symtab->sh_size / sizeof(*syms); i++)
		if (!strcmp(strings + syms[i].st_name, name))
			return &syms[i];
	fail_msg("no symbol %s", name);
	return NULL;
}

Elf64_Rela *elf_edit_rela(struct elf_edit *edit, const char *section, const char *symbol)
{
	uint64_t index = (uint64_t)(elf_edit_symbol(edit, symbol) - (Elf64_Sym *)elf_edit_data(edit, ".symtab"));
	const Elf64_Shdr *sec = elf_edit_section(edit, section);
	Elf64_Rela *relas = elf_edit_data(edit, section);

	for (uint64_t i = 0; i < sec->sh_size / sizeof(*relas); i++)
		if (ELF64_R_SYM(relas[i].r_info) == index)
			return &relas[i];
	fail_msg("no relocation to %s in %s", symbol, section);
	return NULL;
}

void elf_edit_drop_relas(struct elf_edit *edit, const char *section, uint64_t at, uint64_t size)
{
	char name[256];
	const Elf64_Shdr *sec;
	Elf64_Rela *relas;

	snprintf(name, sizeof(name), ".rela%s", section);
	if (!elf_edit_has_section(edit, name))
		return;
	sec = elf_edit_section(edit, name);
	relas = elf_edit_data(edit, name);
	for (uint64_t i = 0; i < sec->sh_size / sizeof(*relas); i++)
		if (relas[i].r_offset < at + size &&
		    at < relas[i].r_offset + (ELF64_R_TYPE(relas[i].r_info) == R_X86_64_64 ? 8 : 4))
			relas[i].r_info = ELF64_R_INFO(0, R_X86_64_NONE);
}

/* Moves a string table to the end of the file, where it can grow; returns the offset of the new string in it. */
static uint32_t add_string(struct elf_edit *edit, uint32_t table_index, const char *s)
{
	Elf64_Shdr *table = section_at(edit, table_index);
	uint64_t old_size = table->sh_size, at = edit->size;

	edit->size += old_size + strlen(s) + 1;
	edit->bytes = realloc(edit->bytes, edit->size);
	table = section_at(edit, table_index);
	memcpy(edit->bytes + at, edit->bytes + table->sh_offset, old_size);
	strcpy((char *)edit->bytes + at + old_size, s);
	table->sh_offset = at;
	table->sh_size = old_size + strlen(s) + 1;
	return (uint32_t)old_size;
}

void elf_edit_set_data(struct elf_edit *edit, const char *section, const void *data, size_t size)
{
	uint64_t at = edit->size;

	edit->size += size;
	edit->bytes = realloc(edit->bytes, edit->size);
	memcpy(edit->bytes + at, data, size);
	elf_edit_section(edit, section)->sh_offset = at;
	elf_edit_section(edit, section)->sh_size = size;
}

void elf_edit_rename_section(struct elf_edit *edit, const char *name, const char *new_name)
{
	uint32_t at = add_string(edit, elf_edit_header(edit)->e_shstrndx, new_name);

	elf_edit_section(edit, name)->sh_name = at;
}

void elf_edit_rename_symbol(struct elf_edit *edit, const char *name, const char *new_name)
{
	uint32_t at = add_string(edit, elf_edit_section(edit, ".symtab")->sh_link, new_name);

	elf_edit_symbol(edit, name)->st_name = at;
}
