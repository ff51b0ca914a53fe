// SPDX-License-Identifier: GPL-2.0-only
#include "target/symtab-text.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/names.h"
#include "target/symtab-make.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/input.h"

static bool is_border(const char *name)
{
	return !strcmp(name, FREED_BEGIN) || !strcmp(name, FREED_END) || !strcmp(name, PERCPU_BEGIN) ||
	       !strcmp(name, PERCPU_END);
}

/* Cuts the next word off *rest; words are separated by blanks. Returns "" at the end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	*rest = *end ? end + 1 : end;
	*end = 0;
	return word;
}

static bool parse_number(const char *word, int base, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(word, &end, base);
	return !errno && end != word && !*end && *word != '-';
}

/* Outcome of one line. */
enum line {
	LINE_BAD,
	LINE_SKIP,
	LINE_SYMBOL,
};

/*
 * The types that nm(1) prints and scripts/kallsyms.c takes over: a letter, or '?' for a symbol of a section that is
 * none of the usual ones (`__nosave_begin` in .data..nosave).
 */
static bool is_symbol_type(char type)
{
	return isalpha((unsigned char)type) || type == '?';
}

/* "ffffffff81000000 T _text", behind it "[module]" in /proc/kallsyms of a running kernel. */
static enum line parse_kallsyms_line(char *line, struct symtab_sym *sym)
{
	const char *addr = next_word(&line), *type = next_word(&line), *name = next_word(&line);

	if (!parse_number(addr, 16, &sym->addr) || !is_symbol_type(*type) || type[1] || !*name)
		return LINE_BAD;
	if (*next_word(&line))
		return LINE_SKIP;
	sym->name = name;
	sym->kind = *type == '?' ? SYMTAB_NOTYPE : strchr("tTwWiI", *type) ? SYMTAB_FUNC : SYMTAB_OBJECT;
	sym->local = islower((unsigned char)*type) && !strchr("wv", *type);
	sym->any_bind = strchr("Aa?", *type);
	sym->shndx = ELF_SHN_ABS;
	return LINE_SYMBOL;
}

static const struct {
	const char *word;
	enum symtab_kind kind;
} readelf_types[] = {
	{"NOTYPE", SYMTAB_NOTYPE}, {"FUNC", SYMTAB_FUNC},     {"OBJECT", SYMTAB_OBJECT}, {"FILE", SYMTAB_FILE},
	{"IFUNC", SYMTAB_FUNC},    {"COMMON", SYMTAB_OBJECT}, {"TLS", SYMTAB_OBJECT},
};

static bool parse_section_index(const char *word, uint32_t *shndx)
{
	uint64_t value;

	if (!strcmp(word, "UND"))
		*shndx = SHN_UNDEF;
	else if (!strcmp(word, "ABS"))
		*shndx = ELF_SHN_ABS;
	else if (!strcmp(word, "COM"))
		*shndx = ELF_SHN_COMMON;
	else if (parse_number(word, 10, &value) && value < UINT32_MAX)
		*shndx = (uint32_t)value;
	else
		return false;
	return true;
}

/* "   12: 0000000000000040    22 FUNC    LOCAL  DEFAULT    1 cmdline_proc_show" */
static enum line parse_readelf_line(char *line, struct symtab_sym *sym)
{
	const char *number = next_word(&line), *value, *size, *type, *bind, *index;
	uint64_t ignored;
	char *colon = strchr(number, ':');

	if (!colon || colon[1])
		return LINE_SKIP; /* headings */
	*colon = 0;
	if (!parse_number(number, 10, &ignored))
		return LINE_SKIP;
	value = next_word(&line);
	size = next_word(&line);
	type = next_word(&line);
	bind = next_word(&line);
	next_word(&line); /* visibility */
	line += strspn(line, " \t");
	if (*line == '[' && strchr(line, ']')) /* ppc64: [<localentry>: 8] */
		line = strchr(line, ']') + 1;
	index = next_word(&line);
	if (!parse_number(value, 16, &sym->addr) || !parse_number(size, 0, &sym->size))
		return LINE_BAD;
	if (!strcmp(type, "SECTION"))
		return LINE_SKIP;
	for (size_t i = 0; i < sizeof(readelf_types) / sizeof(readelf_types[0]); i++)
		if (!strcmp(type, readelf_types[i].word))
			sym->kind = readelf_types[i].kind;
	if (!parse_section_index(index, &sym->shndx))
		return strcmp(index, "OS") ? LINE_BAD : LINE_SKIP;
	sym->name = next_word(&line);
	sym->local = !strcmp(bind, "LOCAL");
	return *sym->name ? LINE_SYMBOL : LINE_SKIP;
}

static bool is_counted_in_text(const struct symtab *tab, const struct symtab_sym *sym)
{
	if (sym->kind == SYMTAB_FILE || sym->shndx == SHN_UNDEF || sym->shndx == ELF_SHN_COMMON)
		return false;
	return !tab->relocatable || sym->shndx != ELF_SHN_ABS;
}

static int check_text(const struct symtab *tab, const symtab_symbols *syms, bool is_readelf, struct diag *diag)
{
	if (!syms->n)
		return diag_error(
			diag, tab->path, NULL,
			"no symbols; it should be kallsyms, `readelf -sW` or an ELF file with a symbol table");
	if (is_readelf)
		return 0;
	for (uint32_t i = 0; i < syms->n; i++)
		if (syms->v[i].addr)
			return 0;
	return diag_error(diag, tab->path, NULL, "all addresses are 0; read it as root (kptr_restrict)");
}

static int report_line(const struct symtab *tab, unsigned int number, bool is_readelf, struct diag *diag)
{
	char place[32];

	snprintf(place, sizeof(place), "line %u", number);
	return diag_error(diag, tab->path, place, "not a line of %s",
			  is_readelf ? "`readelf -sW`" : "kallsyms (address, type, name)");
}

static int parse_text(struct symtab *tab, char *text, symtab_symbols *syms, struct diag *diag)
{
	const char *heading = strstr(text, "Symbol table '");
	bool is_readelf = heading || strstr(text, "Num:"), is_linked = !is_readelf;
	unsigned int number = 0;

	for (char *next = text; next && *next;) {
		char *line = strsep(&next, "\n");
		struct symtab_sym sym = {0};
		enum line outcome = LINE_SKIP;

		number++;
		if (*line && line[strlen(line) - 1] == '\r')
			line[strlen(line) - 1] = 0;
		if (line[strspn(line, " \t")])
			outcome = is_readelf ? parse_readelf_line(line, &sym) : parse_kallsyms_line(line, &sym);
		if (outcome == LINE_BAD)
			return report_line(tab, number, is_readelf, diag);
		if (outcome == LINE_SKIP)
			continue;
		/* The kernel is linked into the upper half of the address space; an object's values are small. */
		is_linked |= (int64_t)sym.addr < 0;
		vec_add(syms, sym);
	}
	tab->relocatable = !is_linked;
	return check_text(tab, syms, is_readelf, diag);
}

int symtab_read_text(const char *path, const char *text, size_t size, struct symtab **result, struct diag *diag)
{
	struct symtab *tab = symtab_new(path);
	char *copy = arena_alloc(tab->arena, size + 1);
	symtab_symbols syms = {0};
	bool *counted;
	int err;

	memcpy(copy, text, size);
	err = parse_text(tab, copy, &syms, diag);
	if (err) {
		vec_free(&syms);
		symtab_free(tab);
		return err;
	}
	symtab_assign_files(&syms);
	counted = arena_array(tab->arena, bool, syms.n);
	for (uint32_t i = 0; i < syms.n; i++)
		counted[i] = is_counted_in_text(tab, &syms.v[i]);
	symtab_index(tab, &syms, counted);
	*result = tab;
	return 0;
}

/*
 * The name in a line of kallsyms, or NULL if it is not quite an ordinary one. A kernel has 160,000 lines of which an
 * object needs a few, so this is all that is done with the others.
 */
static const char *name_of_line(const char *line, bool *has_address)
{
	const char *at = line, *end;

	for (; isxdigit((unsigned char)*at); at++)
		*has_address |= *at != '0';
	if (at == line || *at != ' ' || !is_symbol_type(at[1]) || at[2] != ' ')
		return NULL;
	for (end = at + 3; *end > ' '; end++)
		;
	return *end || end == at + 3 ? NULL : at + 3;
}

static int parse_wanted_lines(FILE *file, struct symtab *tab, name_wanted *wanted, const void *arg,
			      symtab_symbols *syms, struct diag *diag)
{
	bool has_address = false;
	struct input input;
	char *line;
	int err = 0;

	input_begin(&input, file, tab->path);
	while (!err && (line = input_line(&input))) {
		struct symtab_sym sym = {.file = SYMTAB_NONE};
		const char *name = name_of_line(line, &has_address);
		enum line outcome;

		if ((name && !wanted(arg, name) && !is_border(name)) || !line[strspn(line, " \t\r")])
			continue;
		line[strcspn(line, "\r")] = 0;
		outcome = parse_kallsyms_line(arena_strdup(tab->arena, line), &sym);
		if (outcome == LINE_BAD)
			err = report_line(tab, input.number, false, diag);
		else if (outcome == LINE_SYMBOL && (wanted(arg, sym.name) || is_border(sym.name)))
			vec_add(syms, sym);
	}
	err = input_end(&input, err, diag);
	if (!err && !has_address)
		err = diag_error(diag, tab->path, NULL, "all addresses are 0; read it as root (kptr_restrict)");
	return err;
}

int symtab_read_kallsyms(FILE *file, const char *path, name_wanted *wanted, const void *arg, struct symtab **result,
			 struct diag *diag)
{
	struct symtab *tab = symtab_new(path);
	symtab_symbols syms = {0};
	bool *counted;
	int err = parse_wanted_lines(file, tab, wanted, arg, &syms, diag);

	if (err) {
		vec_free(&syms);
		symtab_free(tab);
		return err;
	}
	counted = arena_array(tab->arena, bool, syms.n);
	for (uint32_t i = 0; i < syms.n; i++)
		counted[i] = true;
	symtab_index(tab, &syms, counted);
	*result = tab;
	return 0;
}
