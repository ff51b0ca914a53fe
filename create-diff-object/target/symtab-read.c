// SPDX-License-Identifier: GPL-2.0-only
/* Symbols of an ELF file, and of a file whose format is found out. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "target/image.h"
#include "target/symtab-make.h"
#include "target/symtab-text.h"
#include "util/arena.h"
#include "util/diag.h"

/* ---- ELF ---- */

/*
 * The kernel keeps, of a module, the symbols of sections that stay. (The others count while it is loaded, see
 * symtab_has_sympos().)
 */
static bool is_counted_in_elf(const struct elf_obj *obj, const struct elf_sym *sym)
{
	if (sym->type == STT_FILE || sym->type == STT_SECTION || !*sym->name || elf_sym_is_undefined(sym))
		return false;
	if (obj->type != ET_REL)
		return sym->shndx != ELF_SHN_COMMON;
	return elf_sym_has_section(sym) &&
	       module_section_stays(obj->secs[sym->shndx].name, obj->secs[sym->shndx].flags);
}

static enum symtab_kind kind_of(const struct elf_sym *sym)
{
	switch (sym->type) {
	case STT_FUNC:
	case STT_GNU_IFUNC:
		return SYMTAB_FUNC;
	case STT_OBJECT:
	case STT_COMMON:
	case STT_TLS:
		return SYMTAB_OBJECT;
	case STT_FILE:
		return SYMTAB_FILE;
	default:
		return SYMTAB_NOTYPE;
	}
}

/* The `depends=` of a module: names of others, as their files have them, with commas between. */
static const char *find_depends(const struct elf_obj *obj, struct arena *arena)
{
	const char *depends = obj->type == ET_REL ? elf_obj_modinfo(obj, MODINFO_DEPENDS, NULL) : NULL;

	return depends ? arena_strdup(arena, depends) : NULL;
}

int symtab_read_elf(const struct elf_obj *obj, struct symtab **result, struct diag *diag)
{
	struct symtab *tab;
	symtab_symbols syms = {0};
	bool *counted;
	uint32_t n = 0;

	if (obj->nsyms <= 1)
		return diag_error(diag, obj->path, NULL, "it has no symbol table; give a kallsyms text");
	tab = symtab_new(obj->path);
	tab->relocatable = obj->type == ET_REL;
	tab->depends = find_depends(obj, tab->arena);
	counted = arena_array(tab->arena, bool, obj->nsyms);
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const struct elf_sym *elf_sym = &obj->syms[i];
		struct symtab_sym *sym;

		if (elf_sym->type == STT_SECTION || !*elf_sym->name)
			continue;
		counted[n++] = is_counted_in_elf(obj, elf_sym);
		sym = vec_push(&syms);
		sym->name = arena_strdup(tab->arena, elf_sym->name);
		sym->addr = elf_sym->value;
		sym->size = elf_sym->size;
		sym->shndx = elf_sym->shndx;
		sym->kind = kind_of(elf_sym);
		sym->local = elf_sym_is_local(elf_sym);
	}
	symtab_assign_files(&syms);
	symtab_index(tab, &syms, counted);
	*result = tab;
	return 0;
}

/* ---- any file ---- */

static int read_elf_file(const char *path, struct symtab **tab, struct diag *diag)
{
	struct image *image;
	struct elf_obj *obj;
	int err;

	err = image_read(path, &image, diag);
	if (err)
		return err;
	err = image_read_elf(image, &obj, diag);
	if (!err) {
		err = symtab_read_elf(obj, tab, diag);
		elf_obj_free(obj);
	}
	image_free(image);
	return err;
}

/* Reads a whole file, also one without a size, such as /proc/kallsyms. */
static int read_text_file(FILE *file, const char *path, struct symtab **tab, struct diag *diag)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t len = getdelim(&text, &cap, 0, file);
	int err;

	if (len < 0 && ferror(file))
		err = diag_error(diag, path, NULL, "can't read: %s", strerror(errno));
	else if (len > 0 && !text[len - 1])
		err = diag_error(diag, path, NULL, "holds a NUL byte, so it is not text");
	else
		err = symtab_read_text(path, text, len < 0 ? 0 : (size_t)len, tab, diag);
	free(text);
	return err;
}

int symtab_read_wanted(const char *path, name_wanted *wanted, const void *arg, struct symtab **tab, struct diag *diag)
{
	FILE *file = fopen(path, "re");
	int first, err;

	if (!file) {
		err = -errno;
		diag_error(diag, path, NULL, "can't open: %s", strerror(-err));
		return err;
	}
	first = getc(file);
	ungetc(first, file);
	/* Of the texts, only kallsyms begins with a hexadecimal digit. */
	if (wanted && strchr("0123456789abcdef", first) && first > 0)
		err = symtab_read_kallsyms(file, path, wanted, arg, tab, diag);
	/* Text starts with a digit, a blank or a letter; ELF and all compressed formats start with something else. */
	else if (first == EOF || isprint(first) || isspace(first))
		err = read_text_file(file, path, tab, diag);
	else
		err = read_elf_file(path, tab, diag);
	fclose(file);
	return err;
}

int symtab_read(const char *path, struct symtab **tab, struct diag *diag)
{
	return symtab_read_wanted(path, NULL, NULL, tab, diag);
}
