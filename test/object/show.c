// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what an object's relocations mean, for the object tests: show OUTPUT.o [PATCHED.o]
 *
 *   klp OBJECT NAME,POS SYMBOL      a record of the table of patched functions
 *   reloc SECTION TYPE TARGET       a relocation, TYPE without R_X86_64_
 *   symbol BIND VISIBILITY NAME     a symbol
 *   size SECTION BYTES              an allocated section
 *   bytes SECTION HEX               what is in one of at most 64 bytes
 *   modinfo TAG                     a tag of .modinfo
 *   bad ...                         what no output may have
 *
 * TARGET is written so that it is the same for compilers that place instructions differently, and readable:
 *
 *   name, name+0x10      the byte that is meant: for a distance in an instruction, with the bytes up to its end added
 *   outer name           the undefined symbol of a name that a symbol of the object has too
 *   "text"               a string that only a section symbol names
 *   name:label           a place in a function where PATCHED.o has a label of inline assembly
 *   name:fentry          the function's call of __fentry__, from __mcount_loc
 *   section+0x10         what no symbol names
 *
 * This reads ELF by itself: a mistake of the engine's reader must not hide itself.
 */
#include <ctype.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <Zydis/Zydis.h>

struct rela {
	uint64_t offset;
	int64_t meant; /* addend, and the bytes up to the end of the instruction for a distance */
	uint32_t type, sym;
};

struct section {
	const char *name;
	GElf_Shdr header;
	const uint8_t *data; /* NULL: .bss */
	struct rela *relas;  /* in order of offset */
	size_t nrelas;
};

struct object {
	Elf *elf;
	int fd;
	struct section *secs;
	size_t nsecs;
	GElf_Sym *syms;
	const char **names; /* by symbol */
	size_t nsyms;
};

static void fail(const char *path, const char *what)
{
	fprintf(stderr, "show: %s: %s\n", path, what);
	exit(1);
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		fail("memory", "none left");
	return p;
}

static bool is_text(const struct section *sec)
{
	return sec->header.sh_flags & SHF_EXECINSTR;
}

static bool is_distance(uint32_t type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC8 || type == R_X86_64_GOTPCREL ||
	       type == R_X86_64_GOTPCRELX || type == R_X86_64_REX_GOTPCRELX;
}

static unsigned int field_size(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_PC8:
	case R_X86_64_8:
		return 1;
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	default:
		return 4;
	}
}

static const char *type_name(uint32_t type)
{
	static const char *const names[] = {
		[R_X86_64_NONE] = "NONE",         [R_X86_64_64] = "64", [R_X86_64_PC32] = "PC32",
		[R_X86_64_PLT32] = "PLT32",       [R_X86_64_32] = "32", [R_X86_64_32S] = "32S",
		[R_X86_64_PC8] = "PC8",           [R_X86_64_8] = "8",   [R_X86_64_PC64] = "PC64",
		[R_X86_64_GOTPCREL] = "GOTPCREL",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "unknown";
}

static int compare_relas(const void *a, const void *b)
{
	const struct rela *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* A distance counts from the end of its instruction. */
static void add_instruction_ends(struct section *sec)
{
	size_t next = 0;

	for (uint64_t at = 0; at < sec->header.sh_size && next < sec->nrelas;) {
		ZydisDecodedInstruction insn;
		ZydisDecoder decoder;
		uint64_t length = 1;

		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
		if (ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, sec->data + at, sec->header.sh_size - at,
							       &insn)))
			length = insn.length;
		for (; next < sec->nrelas && sec->relas[next].offset < at + length; next++)
			if (is_distance(sec->relas[next].type))
				sec->relas[next].meant += (int64_t)(at + length - sec->relas[next].offset);
		at += length;
	}
}

static void read_relas(struct object *obj, const GElf_Shdr *header, Elf_Scn *scn)
{
	struct section *sec = &obj->secs[header->sh_info];
	Elf_Data *data = elf_getdata(scn, NULL);

	sec->nrelas = header->sh_size / sizeof(Elf64_Rela);
	sec->relas = allocate(sec->nrelas, sizeof(*sec->relas));
	for (size_t i = 0; i < sec->nrelas; i++) {
		GElf_Rela rela;

		gelf_getrela(data, (int)i, &rela);
		sec->relas[i] = (struct rela){
			.offset = rela.r_offset,
			.meant = rela.r_addend,
			.type = (uint32_t)GELF_R_TYPE(rela.r_info),
			.sym = (uint32_t)GELF_R_SYM(rela.r_info),
		};
	}
	qsort(sec->relas, sec->nrelas, sizeof(*sec->relas), compare_relas);
}

static void read_symbols(struct object *obj, const GElf_Shdr *header, Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);

	obj->nsyms = header->sh_size / sizeof(Elf64_Sym);
	obj->syms = allocate(obj->nsyms, sizeof(*obj->syms));
	obj->names = allocate(obj->nsyms, sizeof(*obj->names));
	for (size_t i = 0; i < obj->nsyms; i++) {
		gelf_getsym(data, (int)i, &obj->syms[i]);
		obj->names[i] = elf_strptr(obj->elf, header->sh_link, obj->syms[i].st_name);
	}
}

static struct object *read_object(const char *path)
{
	struct object *obj = allocate(1, sizeof(*obj));
	size_t shstrndx;

	obj->fd = open(path, O_RDONLY | O_CLOEXEC);
	obj->elf = obj->fd < 0 ? NULL : elf_begin(obj->fd, ELF_C_READ, NULL);
	if (!obj->elf || elf_getshdrnum(obj->elf, &obj->nsecs) || elf_getshdrstrndx(obj->elf, &shstrndx))
		fail(path, "can't be read");
	obj->secs = allocate(obj->nsecs, sizeof(*obj->secs));
	for (size_t i = 1; i < obj->nsecs; i++) {
		Elf_Scn *scn = elf_getscn(obj->elf, i);
		struct section *sec = &obj->secs[i];

		gelf_getshdr(scn, &sec->header);
		sec->name = elf_strptr(obj->elf, shstrndx, sec->header.sh_name);
		if (sec->header.sh_type != SHT_NOBITS && sec->header.sh_size)
			sec->data = elf_rawdata(scn, NULL)->d_buf;
		if (sec->header.sh_type == SHT_SYMTAB)
			read_symbols(obj, &sec->header, scn);
	}
	for (size_t i = 1; i < obj->nsecs; i++)
		if (obj->secs[i].header.sh_type == SHT_RELA && obj->secs[i].header.sh_info < obj->nsecs)
			read_relas(obj, &obj->secs[i].header, elf_getscn(obj->elf, i));
	for (size_t i = 1; i < obj->nsecs; i++)
		if (is_text(&obj->secs[i]) && obj->secs[i].data)
			add_instruction_ends(&obj->secs[i]);
	return obj;
}

static void free_object(struct object *obj)
{
	if (!obj)
		return;
	for (size_t i = 1; i < obj->nsecs; i++)
		free(obj->secs[i].relas);
	free(obj->secs);
	free(obj->syms);
	free(obj->names);
	elf_end(obj->elf);
	close(obj->fd);
	free(obj);
}

static bool is_defined(const struct object *obj, size_t sym)
{
	return obj->syms[sym].st_shndx != SHN_UNDEF && obj->syms[sym].st_shndx < SHN_LORESERVE;
}

/* The function or variable that covers a byte of a section, 0: none. */
static size_t find_cover(const struct object *obj, size_t sec, int64_t at)
{
	for (size_t i = 1; i < obj->nsyms; i++) {
		const GElf_Sym *sym = &obj->syms[i];
		unsigned int type = GELF_ST_TYPE(sym->st_info);

		if (sym->st_shndx == sec && (type == STT_FUNC || type == STT_OBJECT) && at >= (int64_t)sym->st_value &&
		    at < (int64_t)(sym->st_value + (sym->st_size ? sym->st_size : 1)))
			return i;
	}
	return 0;
}

/* The label that patched has at this distance from the function's start. */
static const char *find_label(const struct object *patched, const char *function, int64_t at)
{
	for (size_t f = 1; patched && f < patched->nsyms; f++) {
		if (!is_defined(patched, f) || GELF_ST_TYPE(patched->syms[f].st_info) != STT_FUNC ||
		    strcmp(patched->names[f], function))
			continue;
		for (size_t i = 1; i < patched->nsyms; i++)
			if (GELF_ST_TYPE(patched->syms[i].st_info) == STT_NOTYPE && *patched->names[i] &&
			    patched->syms[i].st_shndx == patched->syms[f].st_shndx &&
			    (int64_t)(patched->syms[i].st_value - patched->syms[f].st_value) == at)
				return patched->names[i];
	}
	return NULL;
}

static bool is_fentry_call(const struct object *obj, size_t sec, int64_t at)
{
	const struct section *s = &obj->secs[sec];

	for (size_t i = 0; i < s->nrelas; i++)
		if ((int64_t)s->relas[i].offset == at + 1 && !strcmp(obj->names[s->relas[i].sym], "__fentry__"))
			return true;
	return false;
}

static void print_string(const struct section *sec, uint64_t at)
{
	putchar('"');
	for (; at < sec->header.sh_size && sec->data[at]; at++) {
		if (sec->data[at] == '\n')
			fputs("\\n", stdout);
		else if (isprint(sec->data[at]))
			putchar(sec->data[at]);
		else
			printf("\\x%02x", sec->data[at]);
	}
	putchar('"');
}

static void print_offset(const char *name, int64_t offset)
{
	if (offset)
		printf("%s%c0x%" PRIx64, name, offset < 0 ? '-' : '+',
		       offset < 0 ? (uint64_t)-offset : (uint64_t)offset);
	else
		fputs(name, stdout);
}

/* Is there a symbol of this name here too? */
static bool is_defined_name(const struct object *obj, const char *name)
{
	for (size_t i = 1; i < obj->nsyms; i++)
		if (is_defined(obj, i) && GELF_ST_TYPE(obj->syms[i].st_info) != STT_SECTION &&
		    !strcmp(obj->names[i], name))
			return true;
	return false;
}

static void print_target(const struct object *obj, const struct object *patched, const struct section *from,
			 const struct rela *rela)
{
	size_t sym = rela->sym, sec = obj->syms[sym].st_shndx;
	const char *name = obj->names[sym], *label;
	int64_t at = rela->meant;

	if (!is_defined(obj, sym)) {
		if (is_defined_name(obj, name))
			fputs("outer ", stdout);
		print_offset(name, at);
		return;
	}
	if (GELF_ST_TYPE(obj->syms[sym].st_info) == STT_SECTION) {
		name = obj->secs[sec].name;
		if (strstr(name, ".str1") && at >= 0 && (uint64_t)at < obj->secs[sec].header.sh_size) {
			print_string(&obj->secs[sec], (uint64_t)at);
			return;
		}
		sym = find_cover(obj, sec, at);
		if (sym) {
			name = obj->names[sym];
			at -= (int64_t)obj->syms[sym].st_value;
		}
	}
	if (sym && GELF_ST_TYPE(obj->syms[sym].st_info) == STT_FUNC) {
		if (!strcmp(from->name, "__mcount_loc") &&
		    is_fentry_call(obj, sec, (int64_t)obj->syms[sym].st_value + at)) {
			printf("%s:fentry", name);
			return;
		}
		label = at ? find_label(patched, name, at) : NULL;
		if (label) {
			printf("%s:%s", name, label);
			return;
		}
	}
	print_offset(name, at);
}

static bool is_allocated(const struct section *sec)
{
	return sec->header.sh_flags & SHF_ALLOC;
}

/* The module loader takes a field that is not zero for one that was relocated before (x86, since 5.10). */
static void check_field(const struct section *sec, const struct rela *rela)
{
	unsigned int size = field_size(rela->type);

	if (rela->offset + size > sec->header.sh_size || !sec->data) {
		printf("bad %s+0x%" PRIx64 ": the relocation is outside\n", sec->name, rela->offset);
		return;
	}
	for (unsigned int i = 0; i < size; i++) {
		if (!sec->data[rela->offset + i])
			continue;
		printf("bad %s+0x%" PRIx64 ": the relocated field is not zero\n", sec->name, rela->offset);
		return;
	}
}

/* struct klp_record of kmod/patch: object, name, new function, sympos; 8 bytes each. */
static void print_records(const struct object *obj, const struct section *sec)
{
	static const unsigned int order[] = {0, 1, 3, 2};

	if (sec->header.sh_size % 32 || sec->nrelas != sec->header.sh_size / 32 * 3)
		printf("bad %s: not three relocations for each 32 bytes\n", sec->name);
	for (size_t at = 0; at + 32 <= sec->header.sh_size && at / 32 * 3 + 2 < sec->nrelas; at += 32) {
		fputs("klp", stdout);
		for (unsigned int i = 0; i < 4; i++) {
			const struct rela *rela = &sec->relas[at / 32 * 3 + order[i]];
			uint64_t sympos;

			if (order[i] == 3) {
				memcpy(&sympos, sec->data + at + 24, 8);
				printf(",%" PRIu64, sympos);
				continue;
			}
			if (rela->offset != at + 8 * order[i] || rela->type != R_X86_64_64)
				printf(" (bad)");
			putchar(' ');
			if (order[i] == 2) {
				print_target(obj, NULL, sec, rela);
			} else {
				const struct section *text = &obj->secs[obj->syms[rela->sym].st_shndx];
				uint64_t from = obj->syms[rela->sym].st_value + (uint64_t)rela->meant;

				printf("%s", from < text->header.sh_size && text->data ? (const char *)text->data + from
										       : "(bad)");
			}
		}
		putchar('\n');
	}
}

static void print_section(const struct object *obj, const struct object *patched, const struct section *sec)
{
	for (size_t i = 0; i < sec->nrelas; i++)
		check_field(sec, &sec->relas[i]);
	if (!strcmp(sec->name, ".klp.funcs")) {
		print_records(obj, sec);
		return;
	}
	for (size_t i = 0; i < sec->nrelas; i++) {
		printf("reloc %s %s ", sec->name, type_name(sec->relas[i].type));
		print_target(obj, patched, sec, &sec->relas[i]);
		putchar('\n');
	}
}

static void print_symbols(const struct object *obj)
{
	static const char *const binds[] = {"LOCAL", "GLOBAL", "WEAK"};
	static const char *const visibilities[] = {"DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED"};

	for (size_t i = 1; i < obj->nsyms; i++) {
		unsigned int bind = GELF_ST_BIND(obj->syms[i].st_info);

		if (GELF_ST_TYPE(obj->syms[i].st_info) != STT_SECTION && *obj->names[i])
			printf("symbol %s %s %s\n", bind < 3 ? binds[bind] : "unknown",
			       visibilities[GELF_ST_VISIBILITY(obj->syms[i].st_other)], obj->names[i]);
	}
}

/* The content, where it is short, and texts of .modinfo. */
static void print_bytes(const struct section *sec)
{
	uint64_t size = sec->header.sh_size;

	if (!is_allocated(sec) || !sec->data || !size)
		return;
	if (!strcmp(sec->name, ".modinfo")) {
		for (uint64_t at = 0; at < size; at += strnlen((const char *)sec->data + at, size - at) + 1)
			printf("modinfo %.*s\n", (int)(size - at), (const char *)sec->data + at);
	} else if (size <= 64) {
		printf("bytes %s ", sec->name);
		for (uint64_t at = 0; at < size; at++)
			printf("%02x", sec->data[at]);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct object *obj, *patched;

	elf_version(EV_CURRENT);
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: show OUTPUT.o [PATCHED.o]\n");
		return 1;
	}
	obj = read_object(argv[1]);
	patched = argc > 2 ? read_object(argv[2]) : NULL;
	for (size_t i = 1; i < obj->nsecs; i++)
		print_section(obj, patched, &obj->secs[i]);
	print_symbols(obj);
	for (size_t i = 1; i < obj->nsecs; i++)
		if (is_allocated(&obj->secs[i]))
			printf("size %s %" PRIu64 "\n", obj->secs[i].name, (uint64_t)obj->secs[i].header.sh_size);
	for (size_t i = 1; i < obj->nsecs; i++)
		print_bytes(&obj->secs[i]);
	free_object(patched);
	free_object(obj);
	return 0;
}
