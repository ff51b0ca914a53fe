// SPDX-License-Identifier: GPL-2.0-only
/*
 * From file to model. libelf decodes; this file checks. A kernel object is trusted input in practice, but an
 * index that is out of range here would become a wrong relocation there, so each is tested once, at the door.
 */
#include "elf/debug.h"
#include "elf/model.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/arch.h"
#include "kernel/module.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/diag.h"

static int report_elf(struct diag *diag, const char *path, const char *what)
{
	return diag_error(diag, path, NULL, "%s: %s", what, elf_errmsg(-1));
}

/* The section types that kernel objects, modules and images have; a new one must be looked at, not copied. */
static bool is_known_section_type(const struct elf_obj *obj, const struct elf_sec *sec)
{
	switch (sec->type) {
	case SHT_NULL:
	case SHT_PROGBITS:
	case SHT_SYMTAB:
	case SHT_STRTAB:
	case SHT_RELA:
	case SHT_NOTE:
	case SHT_NOBITS:
	case SHT_INIT_ARRAY:
	case SHT_FINI_ARRAY:
	case SHT_GROUP:
	case SHT_SYMTAB_SHNDX:
		return true;
	default:
		/* What a compiler tells the linker alone, and the link leaves out: `.llvm_addrsig` of clang */
		if (sec->type >= SHT_LOOS && sec->type <= SHT_HIOS)
			return (sec->flags & (SHF_EXCLUDE | SHF_ALLOC)) == SHF_EXCLUDE;
		return sec->type == obj->arch->unwind_section;
	}
}

/* Why a section can't be read. libelf wants whole entries of the section's type. */
static int report_section(const struct elf_obj *obj, Elf *elf, const GElf_Shdr *shdr, const struct elf_sec *sec,
			  struct diag *diag)
{
	size_t file_size = 0;

	if (elf_rawfile(elf, &file_size) &&
	    (shdr->sh_offset > file_size || shdr->sh_size > file_size - shdr->sh_offset))
		return diag_error(diag, obj->path, sec->name, "the section reaches past the end of the file");
	if (shdr->sh_entsize && shdr->sh_size % shdr->sh_entsize)
		return diag_error(diag, obj->path, sec->name, "size is not a multiple of the entry size");
	return diag_error(diag, obj->path, sec->name, "can't read the section: %s", elf_errmsg(-1));
}

static int read_sections(struct elf_obj *obj, Elf *elf, struct diag *diag)
{
	size_t nsecs, shstrndx;

	if (elf_getshdrnum(elf, &nsecs) || elf_getshdrstrndx(elf, &shstrndx))
		return report_elf(diag, obj->path, "can't read the section header table");
	/* libelf takes a table that is cut off for none at all. */
	if (!nsecs)
		return diag_error(diag, obj->path, NULL, "has no section headers, or is cut off");
	if (shstrndx >= nsecs)
		return diag_error(diag, obj->path, NULL, "the table of section names, %zu, does not exist", shstrndx);
	obj->nsecs = (uint32_t)nsecs;
	obj->shstrndx = (uint32_t)shstrndx;
	obj->secs = arena_array(obj->arena, struct elf_sec, nsecs);
	for (uint32_t i = 0; i < obj->nsecs; i++) {
		struct elf_sec *sec = &obj->secs[i];
		Elf_Scn *scn = elf_getscn(elf, i);
		Elf_Data *data;
		GElf_Shdr shdr;

		if (!scn || !gelf_getshdr(scn, &shdr))
			return report_elf(diag, obj->path, "can't read a section header");
		sec->name = i ? elf_strptr(elf, shstrndx, shdr.sh_name) : "";
		if (!sec->name)
			return diag_error(diag, obj->path, NULL, "section %u: its name is outside of the string table",
					  i);
		sec->type = shdr.sh_type;
		sec->flags = shdr.sh_flags;
		sec->addr = shdr.sh_addr;
		sec->size = i ? shdr.sh_size : 0;
		sec->align = shdr.sh_addralign ? shdr.sh_addralign : 1;
		sec->entsize = shdr.sh_entsize;
		sec->link = shdr.sh_link;
		sec->info = shdr.sh_info;
		if (!i)
			continue;
		if (obj->type == ET_REL && !is_known_section_type(obj, sec))
			return diag_error(diag, obj->path, sec->name, "section type %#x is not known", sec->type);
		/* Debug information may be compressed: nobody looks into it. What is loaded never is. */
		if ((sec->flags & SHF_COMPRESSED) && (sec->flags & SHF_ALLOC))
			return diag_error(diag, obj->path, sec->name, "loaded section is compressed");
		strmap_add(&obj->sec_by_name, sec->name, i);
		sec->special = arch_find_special(obj->arch, sec->name);
		sec->class = section_class(sec->name, sec->special, sec->type, sec->flags);
		sec->data_kind = section_data_kind(sec->name, sec->flags);
		if (sec->type == SHT_NOBITS || !sec->size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size != sec->size)
			return report_section(obj, elf, &shdr, sec, diag);
		sec->data = data->d_buf;
	}
	return 0;
}

/* Stores the symbol table's index; 0: there is none. */
static int find_symtab(struct elf_obj *obj, struct diag *diag)
{
	const struct elf_sec *symtab;

	for (uint32_t i = 1; i < obj->nsecs; i++) {
		if (obj->secs[i].type != SHT_SYMTAB)
			continue;
		if (obj->symtab)
			return diag_error(diag, obj->path, NULL, "more than one symbol table");
		obj->symtab = i;
	}
	if (!obj->symtab)
		return 0;
	symtab = &obj->secs[obj->symtab];
	if (symtab->link >= obj->nsecs || obj->secs[symtab->link].type != SHT_STRTAB)
		return diag_error(diag, obj->path, symtab->name, "sh_link %u is not a string table", symtab->link);
	if (symtab->size % sizeof(Elf64_Sym))
		return diag_error(diag, obj->path, symtab->name, "size is not a multiple of the entry size");
	return 0;
}

/* Takes over a symbol's section; xindex is what the table of large section indexes has for it. */
static int read_symbol_section(struct elf_obj *obj, uint32_t i, const GElf_Sym *raw, Elf32_Word xindex,
			       struct diag *diag)
{
	struct elf_sym *sym = &obj->syms[i];
	struct elf_sec *sec;

	if (raw->st_shndx == SHN_XINDEX && (!xindex || xindex >= obj->nsecs))
		return diag_error(diag, obj->path, sym->name, "symbol's section %u does not exist", xindex);
	if (raw->st_shndx == SHN_XINDEX)
		sym->shndx = xindex;
	else if (raw->st_shndx >= SHN_LORESERVE)
		sym->shndx = ELF_SHN_RESERVED(raw->st_shndx);
	else
		sym->shndx = raw->st_shndx;
	if (!elf_sym_has_section(sym))
		return 0;
	if (sym->shndx >= obj->nsecs)
		return diag_error(diag, obj->path, sym->name, "symbol's section %u does not exist", sym->shndx);
	sec = &obj->secs[sym->shndx];
	if (obj->type == ET_REL && sym->value > sec->size)
		return diag_error(diag, obj->path, sym->name, "symbol lies outside of its section %s", sec->name);
	if (sym->type == STT_SECTION) {
		sec->secsym = i;
		sym->name = sec->name;
	}
	return 0;
}

/* A global symbol is what a bare name means to the linker, so it wins over a local of that name. */
static void index_symbol(struct elf_obj *obj, uint32_t i)
{
	const struct elf_sym *sym = &obj->syms[i];

	if (!*sym->name || sym->type == STT_SECTION || sym->type == STT_FILE)
		return;
	if (sym->bind == STB_LOCAL)
		strmap_add(&obj->sym_by_name, sym->name, i);
	else
		strmap_set(&obj->sym_by_name, sym->name, i);
}

static int read_symbols(struct elf_obj *obj, Elf *elf, struct diag *diag)
{
	int err = find_symtab(obj, diag);
	Elf_Data *data, *shndx_data = NULL;
	uint32_t names;

	if (err)
		return err;
	if (!obj->symtab) {
		obj->nsyms = 1;
		obj->syms = arena_array(obj->arena, struct elf_sym, 1);
		obj->syms[0].name = "";
		return 0;
	}
	names = obj->secs[obj->symtab].link;
	for (uint32_t i = 1; i < obj->nsecs; i++)
		if (obj->secs[i].type == SHT_SYMTAB_SHNDX && obj->secs[i].link == obj->symtab)
			shndx_data = elf_getdata(elf_getscn(elf, i), NULL);
	data = elf_getdata(elf_getscn(elf, obj->symtab), NULL);
	if (!data)
		return report_elf(diag, obj->path, "can't read the symbol table");
	obj->nsyms = (uint32_t)(obj->secs[obj->symtab].size / sizeof(Elf64_Sym));
	obj->syms = arena_array(obj->arena, struct elf_sym, obj->nsyms ? obj->nsyms : 1);
	for (uint32_t i = 0; i < obj->nsyms; i++) {
		struct elf_sym *sym = &obj->syms[i];
		Elf32_Word xindex = 0;
		GElf_Sym raw;

		if (!gelf_getsymshndx(data, shndx_data, (int)i, &raw, &xindex))
			return report_elf(diag, obj->path, "can't read a symbol");
		sym->name = elf_strptr(elf, names, raw.st_name);
		if (!sym->name)
			return diag_error(diag, obj->path, NULL, "symbol %u: its name is outside of the string table",
					  i);
		sym->value = raw.st_value;
		sym->size = raw.st_size;
		sym->type = GELF_ST_TYPE(raw.st_info);
		sym->bind = GELF_ST_BIND(raw.st_info);
		sym->vis = GELF_ST_VISIBILITY(raw.st_other);
		err = read_symbol_section(obj, i, &raw, xindex, diag);
		if (err)
			return err;
		index_symbol(obj, i);
	}
	return 0;
}

/* Also in the old form, where nothing but this magic says so (-gz=zlib-gnu, in .zdebug_info). */
static bool is_compressed(const struct elf_sec *sec)
{
	return (sec->flags & SHF_COMPRESSED) || (sec->data && sec->size >= 4 && !memcmp(sec->data, "ZLIB", 4));
}

struct elf_rela elf_obj_rela(const struct elf_obj *obj, const struct elf_sec *sec, uint64_t i)
{
	/* Section data need not be aligned in the file. */
	const uint8_t *entry = sec->data + i * sizeof(Elf64_Rela);
	uint64_t info = arch_get64(obj->arch, entry + offsetof(Elf64_Rela, r_info));

	return (struct elf_rela){
		.offset = arch_get64(obj->arch, entry + offsetof(Elf64_Rela, r_offset)),
		.addend = (int64_t)arch_get64(obj->arch, entry + offsetof(Elf64_Rela, r_addend)),
		.type = (uint32_t)ELF64_R_TYPE(info),
		.sym = (uint32_t)ELF64_R_SYM(info),
	};
}

static int read_rela_section(struct elf_obj *obj, uint32_t index, struct diag *diag)
{
	const struct elf_sec *rela_sec = &obj->secs[index];
	struct elf_sec *sec;
	bool is_packed;

	if (!rela_sec->info || rela_sec->info >= obj->nsecs)
		return diag_error(diag, obj->path, rela_sec->name, "sh_info %u is not a section", rela_sec->info);
	if (!obj->symtab || rela_sec->link != obj->symtab)
		return diag_error(diag, obj->path, rela_sec->name, "sh_link %u is not the symbol table",
				  rela_sec->link);
	if (rela_sec->size % sizeof(Elf64_Rela))
		return diag_error(diag, obj->path, rela_sec->name, "size is not a multiple of the entry size");
	sec = &obj->secs[rela_sec->info];
	if (sec->rela_sec)
		return diag_error(diag, obj->path, rela_sec->name, "second relocation section for %s", sec->name);
	sec->rela_sec = index;
	sec->nrelas = (uint32_t)(rela_sec->size / sizeof(Elf64_Rela));
	/* Debug information may be compressed (CONFIG_DEBUG_INFO_COMPRESSED_ZLIB): the size says nothing then. */
	is_packed = is_compressed(sec) && sec_classify(sec) == SEC_IGNORED;
	sec->relas = arena_array(obj->arena, struct elf_rela, sec->nrelas ? sec->nrelas : 1);
	for (uint32_t i = 0; i < sec->nrelas; i++) {
		struct elf_rela *rela = &sec->relas[i];

		*rela = elf_obj_rela(obj, rela_sec, i);
		if (rela->sym >= obj->nsyms)
			return diag_error(diag, obj->path, rela_sec->name, "entry %u: symbol %u does not exist", i,
					  rela->sym);
		if (sec->type != SHT_NOBITS && !is_packed && rela->offset >= sec->size)
			return diag_error(diag, obj->path, rela_sec->name, "entry %u: offset %#lx is outside of %s", i,
					  (unsigned long)rela->offset, sec->name);
	}
	return 0;
}

static int read_relas(struct elf_obj *obj, struct diag *diag)
{
	for (uint32_t i = 1; i < obj->nsecs; i++) {
		const struct elf_sec *sec = &obj->secs[i];
		int err;

		/* Only the linker's input has relocations that we read: an image may keep dynamic ones. */
		if (sec->type != SHT_RELA || obj->type != ET_REL || klp_is_rela_section(sec->name, sec->flags))
			continue;
		err = read_rela_section(obj, i, diag);
		if (err)
			return err;
	}
	return 0;
}

static int read_model(struct elf_obj *obj, struct diag *diag)
{
	Elf *elf = obj->elf;
	GElf_Ehdr ehdr;
	int err;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr))
		return diag_error(diag, obj->path, NULL, "not an ELF file");
	if (ehdr.e_ident[EI_CLASS] != ELFCLASS64)
		return diag_error(diag, obj->path, NULL, "only 64-bit ELF files are supported");
	obj->type = ehdr.e_type;
	obj->arch = arch_find(ehdr.e_machine);
	if (!obj->arch)
		return diag_error(diag, obj->path, NULL, "machine %u is not supported", ehdr.e_machine);
	if (ehdr.e_ident[EI_DATA] != (obj->arch->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB))
		return diag_error(diag, obj->path, NULL, "its byte order is not that of the machine");
	err = read_sections(obj, elf, diag);
	if (!err)
		err = read_symbols(obj, elf, diag);
	if (!err)
		err = read_relas(obj, diag);
	return err;
}

static int finish_read(struct elf_obj *obj, struct elf_obj **result, struct diag *diag)
{
	int err = obj->elf ? read_model(obj, diag) : report_elf(diag, obj->path, "can't open as ELF");

	if (err)
		elf_obj_free(obj);
	else
		*result = obj;
	return err;
}

static struct elf_obj *obj_new(const char *path)
{
	struct arena *arena = arena_new();
	struct elf_obj *obj = arena_alloc(arena, sizeof(*obj));

	elf_version(EV_CURRENT);
	obj->arena = arena;
	obj->path = arena_strdup(arena, path);
	return obj;
}

/* The file stays mapped as long as the model lives, which points into it. */
static int map_file(struct elf_obj *obj, struct diag *diag)
{
	int fd = open(obj->path, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		err = -errno;
		diag_error(diag, obj->path, NULL, "can't open: %s", strerror(-err));
	} else if (!S_ISREG(st.st_mode) || !st.st_size) {
		err = diag_error(diag, obj->path, NULL, "not an ELF file");
	} else {
		obj->map_size = (size_t)st.st_size;
		obj->map = mmap(NULL, obj->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (obj->map == MAP_FAILED) {
			err = -errno;
			obj->map = NULL;
			diag_error(diag, obj->path, NULL, "can't read: %s", strerror(-err));
		}
	}
	if (fd >= 0)
		close(fd);
	return err;
}

int elf_obj_read(const char *path, struct elf_obj **result, struct diag *diag)
{
	struct elf_obj *obj = obj_new(path);
	int err = map_file(obj, diag);

	if (err) {
		elf_obj_free(obj);
		return err;
	}
	obj->elf = elf_memory(obj->map, obj->map_size);
	obj->debug = debug_file_new(obj->path);
	return finish_read(obj, result, diag);
}

void elf_obj_drop_libelf(struct elf_obj *obj)
{
	elf_end(obj->elf);
	obj->elf = NULL;
}

int elf_obj_read_memory(const char *path, const void *bytes, size_t size, struct elf_obj **result, struct diag *diag)
{
	struct elf_obj *obj = obj_new(path);

	/* elf_memory() takes a writable pointer, but with only reading calls it never writes through it. */
	obj->elf = elf_memory((char *)(uintptr_t)bytes, size);
	return finish_read(obj, result, diag);
}

void elf_obj_free(struct elf_obj *obj)
{
	if (!obj)
		return;
	strmap_free(&obj->sec_by_name);
	strmap_free(&obj->sym_by_name);
	elf_end(obj->elf);
	debug_file_free(obj->debug);
	if (obj->map)
		munmap(obj->map, obj->map_size);
	arena_free(obj->arena);
}

uint32_t elf_obj_find_section_index(const struct elf_obj *obj, const char *name)
{
	uint32_t index = strmap_get(&obj->sec_by_name, name);

	return index == STRMAP_NONE ? 0 : index;
}

const char *elf_obj_modinfo(const struct elf_obj *obj, const char *key, const char *before)
{
	const struct elf_sec *sec = elf_obj_find_section(obj, MODINFO_SECTION);

	return sec && sec->data ? modinfo_next(sec->data, sec->size, key, before) : NULL;
}

const char *elf_obj_import(const struct elf_obj *obj, const char *before)
{
	const struct elf_sec *sec = elf_obj_find_section(obj, MODINFO_SECTION);

	return sec && sec->data ? modinfo_next_import(sec->data, sec->size, before) : NULL;
}

uint32_t elf_obj_find_same_section(const struct elf_obj *obj, const struct elf_obj *other, uint32_t index)
{
	const char *name = other->secs[index].name;
	uint32_t there = elf_obj_find_section_index(other, name), here = elf_obj_find_section_index(obj, name);

	for (there++; here && there <= index; there++) {
		if (strcmp(other->secs[there].name, name))
			continue;
		do
			here = here + 1 < obj->nsecs ? here + 1 : 0;
		while (here && strcmp(obj->secs[here].name, name));
	}
	return here;
}

const struct elf_sec *elf_obj_find_section(const struct elf_obj *obj, const char *name)
{
	uint32_t index = elf_obj_find_section_index(obj, name);

	return index ? &obj->secs[index] : NULL;
}

uint32_t elf_obj_find_symbol(const struct elf_obj *obj, const char *name)
{
	uint32_t index = strmap_get(&obj->sym_by_name, name);

	return index == STRMAP_NONE ? 0 : index;
}
