// SPDX-License-Identifier: GPL-2.0-only
/* See write.h for the format. */
#include "place/write.h"

#include <stdio.h>

#include "place/place.h"
#include "util/output.h"

static const struct {
	uint8_t type;
	const char *word;
} types[] = {
	{STT_FUNC, "func"},
	{STT_OBJECT, "object"},
	{STT_NOTYPE, "notype"},
};

#define NTYPES (sizeof(types) / sizeof(types[0]))

static const char *type_word(uint8_t type)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (types[i].type == type)
			return types[i].word;
	return NULL;
}

static void write_symbol(const struct base_check *check, uint32_t index, FILE *out)
{
	const struct elf_sym *sym = &check->obj->syms[index];
	const struct symtab *tab = check->target->symtab;
	struct address at;
	uint32_t id;

	if (!*sym->name || elf_sym_is_section(sym) || !type_word(sym->type) ||
	    !base_check_find_symbol(check, index, &at))
		return;
	id = base_check_find_record(check, index, at);
	fprintf(out, "symbol\t%s\t%s\t%s\t%llu\t", sym->name, elf_sym_is_undefined(sym) ? "undef" : "def",
		type_word(sym->type), (unsigned long long)sym->size);
	if (check->target->is_module)
		fprintf(out, "%u:%llx", at.shndx, (unsigned long long)at.offset);
	else
		fprintf(out, "%016llx", (unsigned long long)at.offset);
	fprintf(out, "\t%s\t%u\n", id == SYMTAB_NONE ? "-" : tab->syms[id].name,
		id == SYMTAB_NONE ? 0 : symtab_sympos(tab, id));
}

static void write_records(const struct base_check *check, FILE *out)
{
	fprintf(out, "klp-placement\t1\nobject\t%s\nbase\t%s\nmatched\t%u\t%u\n", check->target->name,
		check->nmatched == check->ntotal && !check->ndiffs ? "same" : "differs", check->nmatched,
		check->ntotal);
	fputs("# symbol\tname\tdef|undef\ttype\tsize\taddress\tname in the kernel\tsympos\n", out);
	for (uint32_t i = 1; i < check->obj->nsyms; i++)
		write_symbol(check, i, out);
}

int base_check_write(const struct base_check *check, const char *path, struct diag *diag)
{
	struct output output;
	int err;

	err = output_open(&output, path, diag);
	if (err)
		return err;
	write_records(check, output.file);
	return output_close(&output, 0, diag);
}
