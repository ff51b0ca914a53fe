// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each reader below only fills records in the order of its source; index_symbols() then decides, for all sources
 * alike, which of them the kernel counts and in what order. See symtab.h for why the order matters.
 */
#include "target/symtab.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "target/image.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/input.h"
#include "util/search.h"
#include "util/vec.h"

typedef VEC(struct symtab_sym) symbol_vec;

static struct symtab *table_new(const char *path)
{
	struct arena *arena = arena_new();
	struct symtab *tab = arena_alloc(arena, sizeof(*tab));

	tab->arena = arena;
	tab->path = arena_strdup(arena, path);
	return tab;
}

void symtab_free(struct symtab *tab)
{
	if (!tab)
		return;
	strmap_free(&tab->by_name);
	strmap_free(&tab->by_name_rest);
	arena_free(tab->arena);
}

/* ---- order and sympos ---- */

/* By place, and at one place in the order of the source. */
static int compare_places(const void *a, const void *b, void *arg)
{
	const struct symtab *tab = arg;
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	const struct symtab_sym *sa = &tab->syms[ia], *sb = &tab->syms[ib];

	if (tab->relocatable && sa->shndx != sb->shndx)
		return sa->shndx < sb->shndx ? -1 : 1;
	if (sa->addr != sb->addr)
		return sa->addr < sb->addr ? -1 : 1;
	return ia < ib ? -1 : ia > ib;
}

/* Appends a counted symbol to the chain of its name. last[] has the end of the chain that starts at an id. */
static void chain_symbol(struct symtab *tab, uint32_t id, uint32_t *last)
{
	struct symtab_sym *sym = &tab->syms[id];
	uint32_t first = strmap_add(&tab->by_name, sym->name, id);

	sym->pos = 1;
	sym->next = SYMTAB_NONE;
	if (first != STRMAP_NONE) {
		sym->pos = tab->syms[last[first]].pos + 1;
		tab->syms[last[first]].next = id;
	} else {
		first = id;
	}
	last[first] = id;
}

/*
 * counted: one flag per symbol, whether the kernel sees it. The records are moved into the arena.
 */
static void index_symbols(struct symtab *tab, symbol_vec *syms, const bool *counted)
{
	uint32_t *last = arena_array(tab->arena, uint32_t, syms->n);

	tab->nsyms = syms->n;
	tab->syms = arena_memdup(tab->arena, syms->v, syms->n * sizeof(*syms->v));
	tab->by_addr = arena_array(tab->arena, uint32_t, syms->n);
	for (uint32_t i = 0; i < tab->nsyms; i++) {
		struct symtab_sym *sym = &tab->syms[i];

		sym->next = SYMTAB_NONE;
		sym->pos = 0;
		tab->has_files |= sym->kind == SYMTAB_FILE;
		if (counted[i])
			tab->by_addr[tab->nby_addr++] = i;
		else if (sym->kind != SYMTAB_FILE && sym->shndx != SHN_UNDEF && *sym->name)
			strmap_add(&tab->by_name_rest, sym->name, i);
	}
	qsort_r(tab->by_addr, tab->nby_addr, sizeof(*tab->by_addr), compare_places, tab);
	if (tab->relocatable) {
		for (uint32_t i = 0; i < tab->nsyms; i++)
			if (counted[i])
				chain_symbol(tab, i, last);
	} else {
		for (uint32_t i = 0; i < tab->nby_addr; i++)
			chain_symbol(tab, tab->by_addr[i], last);
	}
	vec_free(syms);
}

static bool is_border(const char *name)
{
	return !strcmp(name, FREED_BEGIN) || !strcmp(name, FREED_END) || !strcmp(name, PERCPU_BEGIN) ||
	       !strcmp(name, PERCPU_END);
}

/* ---- text: kallsyms, System.map, readelf ---- */

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

/* Local symbols stand behind the FILE symbol of their translation unit; global ones come after all of them. */
static void assign_files(symbol_vec *syms)
{
	uint32_t file = SYMTAB_NONE;

	for (uint32_t i = 0; i < syms->n; i++) {
		if (syms->v[i].kind == SYMTAB_FILE)
			file = i;
		syms->v[i].file = syms->v[i].local ? file : SYMTAB_NONE;
	}
}

static int check_text(const struct symtab *tab, const symbol_vec *syms, bool is_readelf, struct diag *diag)
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

static int parse_text(struct symtab *tab, char *text, symbol_vec *syms, struct diag *diag)
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
	struct symtab *tab = table_new(path);
	char *copy = arena_alloc(tab->arena, size + 1);
	symbol_vec syms = {0};
	bool *counted;
	int err;

	memcpy(copy, text, size);
	err = parse_text(tab, copy, &syms, diag);
	if (err) {
		vec_free(&syms);
		symtab_free(tab);
		return err;
	}
	assign_files(&syms);
	counted = arena_array(tab->arena, bool, syms.n);
	for (uint32_t i = 0; i < syms.n; i++)
		counted[i] = is_counted_in_text(tab, &syms.v[i]);
	index_symbols(tab, &syms, counted);
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

static int parse_wanted_lines(FILE *file, struct symtab *tab, name_wanted *wanted, const void *arg, symbol_vec *syms,
			      struct diag *diag)
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

static int read_wanted(FILE *file, const char *path, name_wanted *wanted, const void *arg, struct symtab **result,
		       struct diag *diag)
{
	struct symtab *tab = table_new(path);
	symbol_vec syms = {0};
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
	index_symbols(tab, &syms, counted);
	*result = tab;
	return 0;
}

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
	symbol_vec syms = {0};
	bool *counted;
	uint32_t n = 0;

	if (obj->nsyms <= 1)
		return diag_error(diag, obj->path, NULL, "it has no symbol table; give a kallsyms text");
	tab = table_new(obj->path);
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
	assign_files(&syms);
	index_symbols(tab, &syms, counted);
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
		err = read_wanted(file, path, wanted, arg, tab, diag);
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

/* ---- lookup ---- */

static uint32_t find(const struct strmap *map, const char *name)
{
	uint32_t id = strmap_get(map, name);

	return id == STRMAP_NONE ? SYMTAB_NONE : id;
}

uint32_t symtab_find(const struct symtab *tab, const char *name)
{
	return find(&tab->by_name, name);
}

uint32_t symtab_find_uncounted(const struct symtab *tab, const char *name)
{
	return find(&tab->by_name_rest, name);
}

uint32_t symtab_count(const struct symtab *tab, const char *name)
{
	uint32_t n = 0;

	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		n++;
	return n;
}

uint32_t symtab_sympos(const struct symtab *tab, uint32_t id)
{
	const struct symtab_sym *sym = &tab->syms[id];
	bool is_unique = sym->pos == 1 && sym->next == SYMTAB_NONE;

	if (tab->relocatable && symtab_find_uncounted(tab, sym->name) != SYMTAB_NONE)
		is_unique = false;
	return is_unique ? 0 : sym->pos;
}

/* Ids are in the order of the table, and so is what by_name_rest has: none of the name stands before this one. */
bool symtab_has_sympos(const struct symtab *tab, uint32_t id)
{
	return !tab->relocatable || symtab_find_uncounted(tab, tab->syms[id].name) > id;
}

static bool is_between(const struct symtab *tab, uint32_t id, const char *begin_name, const char *end_name)
{
	uint32_t begin = symtab_find(tab, begin_name), end = symtab_find(tab, end_name);

	return begin != SYMTAB_NONE && end != SYMTAB_NONE && tab->syms[id].addr >= tab->syms[begin].addr &&
	       tab->syms[id].addr < tab->syms[end].addr;
}

bool symtab_is_freed(const struct symtab *tab, uint32_t id)
{
	return !tab->relocatable && is_between(tab, id, FREED_BEGIN, FREED_END) &&
	       !is_between(tab, id, PERCPU_BEGIN, PERCPU_END);
}

static bool is_before_addr(const struct symtab *tab, const struct symtab_sym *sym, uint32_t shndx, uint64_t addr)
{
	return tab->relocatable && sym->shndx != shndx ? sym->shndx < shndx : sym->addr < addr;
}

uint32_t symtab_find_addr(const struct symtab *tab, uint32_t shndx, uint64_t addr)
{
	uint32_t low = lower_bound(tab->nby_addr, i, is_before_addr(tab, &tab->syms[tab->by_addr[i]], shndx, addr));

	if (low < tab->nby_addr) {
		const struct symtab_sym *sym = &tab->syms[tab->by_addr[low]];

		if (sym->addr == addr && (!tab->relocatable || sym->shndx == shndx))
			return low;
	}
	return SYMTAB_NONE;
}

uint32_t symtab_find_name_at(const struct symtab *tab, const char *name, uint32_t shndx, uint64_t addr)
{
	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		if (tab->syms[id].addr == addr && (!tab->relocatable || tab->syms[id].shndx == shndx))
			return id;
	return SYMTAB_NONE;
}
