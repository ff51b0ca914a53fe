// SPDX-License-Identifier: GPL-2.0
/*
 * Reads an ELF file: sections, symbols, and references sorted by place. Relocations tell where a field is and what is
 * added, but not from where a PC-relative field counts, which is the end of its instruction: so code is decoded. The
 * decoder also finds the branches that the assembler resolved on its own (functions that share a section), which are
 * references like others.
 */
#include "object.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <Zydis/Zydis.h>

#ifndef SHF_RELA_LIVEPATCH
#define SHF_RELA_LIVEPATCH 0x00100000
#endif

void give_up(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "judge: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void *take(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		give_up("out of memory");
	return memory;
}

bool is_code(const struct section *section)
{
	return section->flags & SHF_EXECINSTR;
}

bool is_string(const struct section *section)
{
	return (section->flags & (SHF_MERGE | SHF_STRINGS)) == (SHF_MERGE | SHF_STRINGS) && section->entry_size == 1;
}

bool is_pc_relative(unsigned int type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64;
}

/* __pfx_f is the padding before f, and goes where f goes. */
bool is_function(const struct symbol *symbol)
{
	return symbol->type == STT_FUNC && symbol->section && symbol->size && strncmp(symbol->name, "__pfx_", 6);
}

/*
 * Names without what the compiler counts: count.12 is count.#, f.constprop.0.cold is f.constprop.#.cold,
 * __UNIQUE_ID_x123 is __UNIQUE_ID_x#.
 */
static const char *base_of(const char *name, unsigned long *number)
{
	static const char *const counted[] = {"__UNIQUE_ID_", "___addressable_", "__BTF_ID__"};
	char *base = take(strlen(name) + 3), *to = base;

	for (const char *from = name; *from;) {
		size_t n = 1;

		if (*from == '.') {
			n = 1 + strspn(from + 1, "0123456789");
			if (n > 1 && (!from[n] || from[n] == '.')) {
				*number = strtoul(from + 1, NULL, 10);
				*to++ = '.';
				*to++ = '#';
				from += n;
				continue;
			}
			n = 1;
		}
		*to++ = *from++;
	}
	/* Both: a static descriptor of pr_debug() is __UNIQUE_ID_ddebug567.27. */
	size_t end = to - base;

	while (end > 1 && base[end - 1] == '#' && base[end - 2] == '.')
		end -= 2;
	for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++) {
		if (strncmp(name, counted[i], strlen(counted[i])))
			continue;
		size_t begin = end;

		while (begin && isdigit(base[begin - 1]))
			begin--;
		*number = strtoul(name + begin, NULL, 10);
		to = base + begin;
		*to++ = '#';
	}
	*to = '\0';
	return base;
}

static int by_offset(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int by_value(const void *a, const void *b)
{
	const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct reference *ref_add(struct section *section)
{
	if (section->n_refs == section->room) {
		section->room = section->room ? 2 * section->room : 16;
		section->refs = realloc(section->refs, section->room * sizeof(*section->refs));
		if (!section->refs)
			give_up("out of memory");
	}
	struct reference *ref = &section->refs[section->n_refs++];

	memset(ref, 0, sizeof(*ref));
	return ref;
}

static unsigned int width_of(unsigned int type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_8:
	case R_X86_64_PC8:
		return 1;
	case R_X86_64_16:
	case R_X86_64_PC16:
		return 2;
	}
	return 4;
}

static void read_symbols(struct object *object, Elf_Scn *scn, GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL), *extended = NULL;

	for (Elf_Scn *other = NULL; (other = elf_nextscn(object->elf, other));) {
		GElf_Shdr header;

		if (gelf_getshdr(other, &header) && header.sh_type == SHT_SYMTAB_SHNDX)
			extended = elf_getdata(other, NULL);
	}
	object->n_symbols = shdr->sh_size / shdr->sh_entsize;
	object->symbols = take(object->n_symbols * sizeof(*object->symbols));
	for (size_t i = 0; i < object->n_symbols; i++) {
		struct symbol *symbol = &object->symbols[i];
		Elf32_Word section = 0;
		GElf_Sym sym;

		if (!gelf_getsymshndx(data, extended, i, &sym, &section))
			give_up("%s: symbol %zu can't be read", object->file, i);
		symbol->object = object;
		symbol->name = elf_strptr(object->elf, shdr->sh_link, sym.st_name);
		symbol->type = GELF_ST_TYPE(sym.st_info);
		symbol->bind = GELF_ST_BIND(sym.st_info);
		symbol->value = sym.st_value;
		symbol->size = sym.st_size;
		if (sym.st_shndx == SHN_XINDEX)
			symbol->section = section;
		else if (sym.st_shndx < SHN_LORESERVE)
			symbol->section = sym.st_shndx;
		if (!symbol->name)
			symbol->name = "";
		if (symbol->type == STT_SECTION && symbol->section < object->n_sections)
			symbol->name = object->sections[symbol->section].name;
		symbol->base = base_of(symbol->name, &symbol->number);
	}
}

static void read_relocations(struct object *object, Elf_Scn *scn, GElf_Shdr *shdr, const char *name)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	struct section *section;
	const char *livepatch = NULL;

	if (shdr->sh_info >= object->n_sections || !shdr->sh_info)
		return;
	section = &object->sections[shdr->sh_info];
	if (!strncmp(name, ".klp.rela.", 10)) {
		if (!(shdr->sh_flags & SHF_RELA_LIVEPATCH))
			give_up("%s: %s is not marked as livepatch relocations", object->file, name);
		livepatch = strndup(name + 10, strcspn(name + 10, "."));
	}
	for (size_t i = 0; i < shdr->sh_size / shdr->sh_entsize; i++) {
		struct reference *ref = ref_add(section);
		GElf_Rela rela;

		if (!gelf_getrela(data, i, &rela) || GELF_R_SYM(rela.r_info) >= object->n_symbols)
			give_up("%s: %s: entry %zu can't be read", object->file, name, i);
		ref->offset = rela.r_offset;
		ref->type = GELF_R_TYPE(rela.r_info);
		ref->width = width_of(ref->type);
		ref->symbol = &object->symbols[GELF_R_SYM(rela.r_info)];
		ref->addend = rela.r_addend;
		ref->livepatch = livepatch;
	}
}

/* The function of a section that holds this place */
static struct symbol *function_at(const struct section *section, uint64_t offset)
{
	struct symbol *found = NULL;

	for (size_t i = 0; i < section->n_symbols && section->symbols[i]->value <= offset; i++)
		if (is_function(section->symbols[i]) && offset < section->symbols[i]->value + section->symbols[i]->size)
			found = section->symbols[i];
	return found;
}

static struct symbol *section_symbol(struct object *object, const struct section *section)
{
	for (size_t i = 0; i < object->n_symbols; i++)
		if (object->symbols[i].type == STT_SECTION && object->symbols[i].section == section->index)
			return &object->symbols[i];
	return NULL;
}

static void decode(struct object *object, struct section *section)
{
	struct symbol *own = section_symbol(object, section);
	size_t n = section->n_refs, next = 0;
	ZydisDecoder decoder;
	uint64_t at = 0;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	while (at < section->size) {
		ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
		ZydisDecodedInstruction insn;
		bool has_ref = false;

		if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, section->bytes + at, section->size - at, &insn,
						       operands))) {
			at++;
			continue;
		}
		for (; next < n && section->refs[next].offset < at + insn.length; next++) {
			struct reference *ref = &section->refs[next];

			if (ref->offset >= at && is_pc_relative(ref->type))
				ref->ahead = (int64_t)(at + insn.length - ref->offset);
			if (ref->offset >= at)
				ref->branch = insn.raw.imm[0].is_relative;
			has_ref |= ref->offset >= at;
		}
		for (unsigned int i = 0; own && i < 2 && !has_ref; i++) {
			int64_t target = (int64_t)(at + insn.length) + insn.raw.imm[i].value.s;

			if (!insn.raw.imm[i].is_relative || function_at(section, at) == function_at(section, target))
				continue;
			struct reference *ref = ref_add(section);

			ref->offset = at + insn.raw.imm[i].offset;
			ref->width = insn.raw.imm[i].size / 8;
			ref->type = R_X86_64_PLT32;
			ref->symbol = own;
			ref->ahead = (int64_t)(at + insn.length - ref->offset);
			ref->addend = target - ref->ahead - (int64_t)own->value;
			ref->branch = true;
		}
		at += insn.length;
	}
	qsort(section->refs, section->n_refs, sizeof(*section->refs), by_offset);
}

static void index_symbols(struct object *object)
{
	size_t *count = take(object->n_sections * sizeof(*count));

	for (size_t i = 0; i < object->n_symbols; i++)
		if (object->symbols[i].section < object->n_sections)
			count[object->symbols[i].section]++;
	for (size_t i = 1; i < object->n_sections; i++)
		object->sections[i].symbols = take(count[i] * sizeof(struct symbol *));
	for (size_t i = 0; i < object->n_symbols; i++) {
		struct symbol *symbol = &object->symbols[i];

		if (!symbol->section || symbol->section >= object->n_sections || symbol->type == STT_SECTION ||
		    !symbol->name[0])
			continue;
		struct section *section = &object->sections[symbol->section];

		section->symbols[section->n_symbols++] = symbol;
	}
	for (size_t i = 1; i < object->n_sections; i++)
		qsort(object->sections[i].symbols, object->sections[i].n_symbols, sizeof(struct symbol *), by_value);
	free(count);
}

struct object *object_load(const char *file, bool is_code_read)
{
	struct object *object = take(sizeof(*object));
	int fd = open(file, O_RDONLY);
	size_t names;
	GElf_Ehdr ehdr;

	elf_version(EV_CURRENT);
	object->file = strdup(file);
	object->elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!object->elf || elf_kind(object->elf) != ELF_K_ELF || !gelf_getehdr(object->elf, &ehdr) ||
	    elf_getshdrnum(object->elf, &object->n_sections) || elf_getshdrstrndx(object->elf, &names))
		give_up("%s can't be read: %s", file, fd < 0 ? strerror(errno) : elf_errmsg(-1));
	object->relocatable = ehdr.e_type == ET_REL;
	object->sections = take(object->n_sections * sizeof(*object->sections));
	for (size_t i = 1; i < object->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(object->elf, i);
		struct section *section = &object->sections[i];
		Elf_Data *data;
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr))
			give_up("%s: section %zu can't be read", file, i);
		section->name = elf_strptr(object->elf, names, shdr.sh_name);
		section->index = i;
		section->type = shdr.sh_type;
		section->flags = shdr.sh_flags;
		section->address = shdr.sh_addr;
		section->size = shdr.sh_size;
		section->entry_size = shdr.sh_entsize;
		section->info = shdr.sh_info;
		data = shdr.sh_type == SHT_NOBITS ? NULL : elf_getdata(scn, NULL);
		if (data && data->d_size == section->size)
			section->bytes = data->d_buf;
	}
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(object->elf, scn));) {
		GElf_Shdr shdr;

		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
			read_symbols(object, scn, &shdr);
	}
	index_symbols(object);
	if (!object->relocatable)
		return object;
	for (size_t i = 1; i < object->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(object->elf, i);
		GElf_Shdr shdr;

		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_RELA)
			read_relocations(object, scn, &shdr, object->sections[i].name);
	}
	for (size_t i = 1; i < object->n_sections; i++) {
		struct section *section = &object->sections[i];

		if (section->n_refs)
			qsort(section->refs, section->n_refs, sizeof(*section->refs), by_offset);
		if (is_code_read && is_code(section) && section->bytes)
			decode(object, section);
	}
	return object;
}

struct section *object_section(const struct object *object, const char *name)
{
	for (size_t i = 1; i < object->n_sections; i++)
		if (!strcmp(object->sections[i].name, name))
			return &object->sections[i];
	return NULL;
}

struct symbol *object_symbol(const struct object *object, const char *name)
{
	for (size_t i = 1; i < object->n_symbols; i++)
		if (object->symbols[i].section && !strcmp(object->symbols[i].name, name))
			return &object->symbols[i];
	return NULL;
}

struct reference *refs_from(const struct section *section, uint64_t from, uint64_t to, size_t *n)
{
	size_t low = 0, high = section->n_refs, end;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (section->refs[middle].offset < from)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < section->n_refs && section->refs[end].offset < to; end++)
		;
	*n = end - low;
	return section->refs + low;
}

struct point point_at(struct object *object, struct section *section, int64_t offset)
{
	struct point point = {.object = object, .section = section, .offset = offset};
	struct symbol *best = NULL, *sole = NULL;
	size_t n = 0;

	if (is_string(section))
		return point;
	for (size_t i = 0; i < section->n_symbols; i++) {
		struct symbol *symbol = section->symbols[i];
		int64_t begin = (int64_t)symbol->value, end = begin + (int64_t)symbol->size;

		if (is_code(section) && !is_function(symbol))
			continue;
		if (symbol->size && ++n)
			sole = symbol;
		/* One that holds the place; else one that ends there. */
		if (symbol->size && begin <= offset && (offset < end || (offset == end && !best)))
			best = symbol;
	}
	/* gcc may count from before its only symbol, or from behind. */
	if (!best && n == 1 && !is_code(section))
		best = sole;
	if (best) {
		point.symbol = best;
		point.offset = offset - (int64_t)best->value;
	}
	return point;
}

struct point point_of(struct object *object, const struct reference *ref)
{
	int64_t offset = ref->addend + ref->ahead;
	struct symbol *symbol = ref->symbol;

	if (!symbol->section) {
		struct point point = {.object = object, .symbol = symbol, .offset = offset};

		return point;
	}
	struct section *section = &object->sections[symbol->section];

	if (symbol->type == STT_SECTION || !symbol->size || is_string(section))
		return point_at(object, section, (int64_t)symbol->value + offset);
	struct point point = {.object = object, .section = section, .symbol = symbol, .offset = offset};

	return point;
}

int64_t point_place(const struct point *point)
{
	return point->offset + (point->symbol && point->section ? (int64_t)point->symbol->value : 0);
}
