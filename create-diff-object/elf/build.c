// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output builder. Everything is kept under ids of our own until elf_out_write(), which is the only place
 * that knows final indexes: section ids are final (sections are written in the order of creation), symbol ids
 * are mapped, for ELF wants all local symbols first.
 */
#include "elf/build.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/memory.h"
#include "util/output.h"
#include "util/strmap.h"
#include "util/vec.h"

struct out_rela {
	uint64_t offset;
	int64_t addend;
	uint32_t type;
	uint32_t sym; /* symbol id */
};

struct out_sec {
	const char *name;
	struct elf_out_sec_attr attr;
	VEC(uint8_t) data;          /* SHT_PROGBITS and the like */
	uint64_t nobits_size;       /* bytes, SHT_NOBITS only */
	VEC(struct out_rela) relas; /* SHT_RELA only */
	uint32_t rela_sec;          /* id of the ordinary relocation section, 0: none yet */
	uint32_t secsym;            /* id of the section symbol, 0: none yet */
};

struct elf_out {
	struct arena *arena;
	const struct arch_ops *arch;
	VEC(struct out_sec) secs;     /* index: section id; [0] is the null section */
	VEC(struct elf_out_sym) syms; /* index: symbol id; [0] is the null symbol */
	struct strmap sec_by_name;
};

struct elf_out *elf_out_new(const struct arch_ops *arch)
{
	struct arena *arena = arena_new();
	struct elf_out *out = arena_alloc(arena, sizeof(*out));

	out->arena = arena;
	out->arch = arch;
	vec_push(&out->secs)->name = "";
	vec_push(&out->syms)->name = "";
	return out;
}

void elf_out_free(struct elf_out *out)
{
	if (!out)
		return;
	for (uint32_t i = 0; i < out->secs.n; i++) {
		vec_free(&out->secs.v[i].data);
		vec_free(&out->secs.v[i].relas);
	}
	vec_free(&out->secs);
	vec_free(&out->syms);
	strmap_free(&out->sec_by_name);
	arena_free(out->arena);
}

uint32_t elf_out_add_section(struct elf_out *out, const char *name, const struct elf_out_sec_attr *attr)
{
	uint32_t id = out->secs.n;
	struct out_sec *sec = vec_push(&out->secs);

	sec->name = arena_strdup(out->arena, name);
	sec->attr = *attr;
	if (!sec->attr.align)
		sec->attr.align = 1;
	strmap_add(&out->sec_by_name, sec->name, id);
	return id;
}

uint32_t elf_out_find_section(const struct elf_out *out, const char *name)
{
	uint32_t id = strmap_get(&out->sec_by_name, name);

	return id == STRMAP_NONE ? 0 : id;
}

/* So far, in bytes. */
static uint64_t section_size(const struct elf_out *out, uint32_t id)
{
	const struct out_sec *sec = &out->secs.v[id];

	if (sec->attr.type == SHT_RELA)
		return sec->relas.n * sizeof(Elf64_Rela);
	return sec->attr.type == SHT_NOBITS ? sec->nobits_size : sec->data.n;
}

uint64_t elf_out_append(struct elf_out *out, uint32_t id, const void *data, uint64_t size, uint64_t align)
{
	struct out_sec *sec = &out->secs.v[id];
	uint64_t offset, end;

	if (align > sec->attr.align)
		sec->attr.align = align;
	offset = section_size(out, id);
	if (align > 1)
		offset = (offset + align - 1) / align * align;
	end = offset + size;
	if (sec->attr.type == SHT_NOBITS) {
		sec->nobits_size = end;
		return offset;
	}
	/* memset() takes no NULL, not even for nothing: an empty section has no bytes yet. */
	if (end == sec->data.n)
		return offset;
	if (end > UINT32_MAX / 2)
		memory_exhausted();
	while (sec->data.cap < end)
		sec->data.v = vec_grow(sec->data.v, &sec->data.cap, 1);
	memset(sec->data.v + sec->data.n, 0, end - sec->data.n);
	if (data && size)
		memcpy(sec->data.v + offset, data, size);
	sec->data.n = (uint32_t)end;
	return offset;
}

void elf_out_patch(struct elf_out *out, uint32_t id, uint64_t offset, const void *data, uint64_t size)
{
	memcpy(elf_out_bytes(out, id, offset), data, size);
}

uint8_t *elf_out_bytes(struct elf_out *out, uint32_t id, uint64_t offset)
{
	return out->secs.v[id].data.v + offset;
}

uint32_t elf_out_add_symbol(struct elf_out *out, const struct elf_out_sym *sym)
{
	uint32_t id = out->syms.n;
	struct elf_out_sym *copy = vec_push(&out->syms);

	*copy = *sym;
	copy->name = arena_strdup(out->arena, sym->name ? sym->name : "");
	return id;
}

uint32_t elf_out_section_symbol(struct elf_out *out, uint32_t id)
{
	struct elf_out_sym sym = {.name = "", .sec = id, .type = STT_SECTION, .bind = STB_LOCAL};

	if (!out->secs.v[id].secsym)
		out->secs.v[id].secsym = elf_out_add_symbol(out, &sym);
	return out->secs.v[id].secsym;
}

uint32_t elf_out_add_rela_section(struct elf_out *out, const char *name, uint32_t sec, uint64_t flags)
{
	struct elf_out_sec_attr attr = {
		.type = SHT_RELA,
		.flags = SHF_INFO_LINK | flags,
		.align = 8,
		.entsize = sizeof(Elf64_Rela),
		.info = sec,
	};

	return elf_out_add_section(out, name, &attr);
}

void elf_out_add_rela_in(struct elf_out *out, uint32_t rela_sec, uint64_t offset, uint32_t type, uint32_t sym,
			 int64_t addend)
{
	struct out_rela rela = {.offset = offset, .addend = addend, .type = type, .sym = sym};

	vec_add(&out->secs.v[rela_sec].relas, rela);
}

void elf_out_add_rela(struct elf_out *out, uint32_t sec, uint64_t offset, uint32_t type, uint32_t sym, int64_t addend)
{
	uint32_t rela_sec = out->secs.v[sec].rela_sec;

	if (!rela_sec) {
		const char *name = arena_printf(out->arena, ".rela%s", out->secs.v[sec].name);

		rela_sec = elf_out_add_rela_section(out, name, sec, 0);
		out->secs.v[sec].rela_sec = rela_sec;
	}
	elf_out_add_rela_in(out, rela_sec, offset, type, sym, addend);
}

/* A string table under construction: equal strings are stored once. */
struct string_table {
	VEC(char) bytes;
	struct strmap offsets;
};

static uint32_t string_table_add(struct string_table *tab, const char *s)
{
	uint32_t offset = strmap_get(&tab->offsets, s);

	if (!tab->bytes.n)
		vec_add(&tab->bytes, '\0');
	if (!*s)
		return 0;
	if (offset != STRMAP_NONE)
		return offset;
	offset = tab->bytes.n;
	for (const char *p = s; *p; p++)
		vec_add(&tab->bytes, *p);
	vec_add(&tab->bytes, '\0');
	strmap_set(&tab->offsets, s, offset);
	return offset;
}

static void string_table_free(struct string_table *tab)
{
	vec_free(&tab->bytes);
	strmap_free(&tab->offsets);
}

/* What the write step works out: final symbol order and the bytes of the generated tables. */
struct layout {
	uint32_t *sym_index; /* by symbol id: index in the file */
	uint32_t nlocals;    /* symbols with local binding, the null symbol included */
	Elf64_Sym *syms;
	Elf32_Word *shndx; /* extended section indexes, only used if need_shndx */
	bool need_shndx;
	struct string_table strings, section_names;
};

static void layout_symbols(const struct elf_out *out, struct arena *arena, struct layout *layout)
{
	uint32_t next = 0;

	layout->sym_index = arena_array(arena, uint32_t, out->syms.n);
	layout->syms = arena_array(arena, Elf64_Sym, out->syms.n);
	layout->shndx = arena_array(arena, Elf32_Word, out->syms.n);
	for (int global = 0; global <= 1; global++) {
		for (uint32_t id = 0; id < out->syms.n; id++)
			if ((out->syms.v[id].bind != STB_LOCAL) == global)
				layout->sym_index[id] = next++;
		if (!global)
			layout->nlocals = next;
	}
	for (uint32_t id = 0; id < out->syms.n; id++) {
		const struct elf_out_sym *sym = &out->syms.v[id];
		uint32_t index = layout->sym_index[id];
		Elf64_Sym *raw = &layout->syms[index];

		raw->st_name = string_table_add(&layout->strings, sym->name);
		raw->st_value = sym->value;
		raw->st_size = sym->size;
		raw->st_info = ELF64_ST_INFO(sym->bind, sym->type);
		raw->st_other = sym->vis;
		if (sym->sec >= ELF_SHN_RESERVED(SHN_LORESERVE)) {
			raw->st_shndx = (uint16_t)sym->sec;
		} else if (sym->sec >= SHN_LORESERVE) {
			raw->st_shndx = SHN_XINDEX;
			layout->shndx[index] = sym->sec;
			layout->need_shndx = true;
		} else {
			raw->st_shndx = (uint16_t)sym->sec;
		}
	}
}

/* Adds one section to the file being written. data stays owned by the caller until elf_update(). */
static int write_section(Elf *elf, const GElf_Shdr *header, void *data, size_t size, Elf_Type data_type)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	GElf_Shdr shdr;

	if (!d || !gelf_getshdr(scn, &shdr))
		return -EIO;
	d->d_buf = data;
	d->d_size = size;
	d->d_type = data_type;
	d->d_align = header->sh_addralign ? header->sh_addralign : 1;
	d->d_version = EV_CURRENT;
	shdr = *header;
	return gelf_update_shdr(scn, &shdr) ? 0 : -EIO;
}

static int write_relas(Elf *elf, GElf_Shdr *shdr, const struct out_sec *sec, const struct layout *layout,
		       struct arena *arena)
{
	Elf64_Rela *relas = arena_array(arena, Elf64_Rela, sec->relas.n);

	for (uint32_t i = 0; i < sec->relas.n; i++) {
		const struct out_rela *rela = &sec->relas.v[i];

		relas[i].r_offset = rela->offset;
		relas[i].r_info = ELF64_R_INFO((uint64_t)layout->sym_index[rela->sym], rela->type);
		relas[i].r_addend = rela->addend;
	}
	return write_section(elf, shdr, relas, sec->relas.n * sizeof(*relas), ELF_T_RELA);
}

/* The sections that were added; symtab is the index of the symbol table. */
static int write_given_sections(const struct elf_out *out, struct arena *arena, Elf *elf, struct layout *layout,
				uint32_t symtab)
{
	int err = 0;

	for (uint32_t id = 1; id < out->secs.n && !err; id++) {
		const struct out_sec *sec = &out->secs.v[id];
		GElf_Shdr shdr = {
			.sh_name = string_table_add(&layout->section_names, sec->name),
			.sh_type = sec->attr.type,
			.sh_flags = sec->attr.flags,
			.sh_addr = sec->attr.addr,
			.sh_addralign = sec->attr.align,
			.sh_entsize = sec->attr.entsize,
			.sh_link = sec->attr.type == SHT_RELA ? symtab : sec->attr.link,
			.sh_info = sec->attr.info,
		};

		if (sec->attr.type == SHT_RELA)
			err = write_relas(elf, &shdr, sec, layout, arena);
		else
			err = write_section(elf, &shdr, sec->attr.type == SHT_NOBITS ? NULL : sec->data.v,
					    section_size(out, id), ELF_T_BYTE);
	}
	return err;
}

/* The symbol table, and what belongs to it. */
static int write_symbols(const struct elf_out *out, Elf *elf, struct layout *layout, uint32_t symtab)
{
	GElf_Shdr symbols = {
		.sh_name = string_table_add(&layout->section_names, ".symtab"),
		.sh_type = SHT_SYMTAB,
		.sh_link = symtab + 1,
		.sh_info = layout->nlocals,
		.sh_addralign = 8,
		.sh_entsize = sizeof(Elf64_Sym),
	};
	GElf_Shdr strings = {
		.sh_name = string_table_add(&layout->section_names, ".strtab"),
		.sh_type = SHT_STRTAB,
		.sh_addralign = 1,
	};
	GElf_Shdr shndx;
	int err = write_section(elf, &symbols, layout->syms, out->syms.n * sizeof(Elf64_Sym), ELF_T_SYM);

	if (!err)
		err = write_section(elf, &strings, layout->strings.bytes.v, layout->strings.bytes.n, ELF_T_BYTE);
	if (err || !layout->need_shndx)
		return err;
	shndx = (GElf_Shdr){
		.sh_name = string_table_add(&layout->section_names, ".symtab_shndx"),
		.sh_type = SHT_SYMTAB_SHNDX,
		.sh_link = symtab,
		.sh_addralign = 4,
		.sh_entsize = sizeof(Elf32_Word),
	};
	return write_section(elf, &shndx, layout->shndx, out->syms.n * sizeof(Elf32_Word), ELF_T_WORD);
}

/* The names of all sections are complete when this one's own is added. */
static int write_section_names(Elf *elf, struct layout *layout)
{
	GElf_Shdr shdr = {
		.sh_name = string_table_add(&layout->section_names, ".shstrtab"),
		.sh_type = SHT_STRTAB,
		.sh_addralign = 1,
	};

	return write_section(elf, &shdr, layout->section_names.bytes.v, layout->section_names.bytes.n, ELF_T_BYTE);
}

/* e_shstrndx has 16 bits; a larger index goes to sh_link of the null section (ELF gABI, "ELF Header"). */
static int write_large_shstrndx(Elf *elf, uint32_t shstrndx)
{
	Elf_Scn *scn = elf_getscn(elf, 0);
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr))
		return -EIO;
	shdr.sh_link = shstrndx;
	return gelf_update_shdr(scn, &shdr) ? 0 : -EIO;
}

static int write_sections(const struct elf_out *out, struct arena *arena, Elf *elf, struct layout *layout)
{
	uint32_t symtab = out->secs.n; /* generated tables follow the sections */
	uint32_t shstrtab = symtab + (layout->need_shndx ? 3 : 2);
	int err = write_given_sections(out, arena, elf, layout, symtab);

	if (!err)
		err = write_symbols(out, elf, layout, symtab);
	if (!err)
		err = write_section_names(elf, layout);
	if (!err && shstrtab >= SHN_LORESERVE)
		err = write_large_shstrndx(elf, shstrtab);
	return err;
}

static int write_elf(const struct elf_out *out, struct arena *arena, int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_WRITE, NULL);
	struct layout layout = {0};
	uint32_t shstrtab;
	GElf_Ehdr ehdr;
	int err = -EIO;

	if (!elf || !gelf_newehdr(elf, ELFCLASS64))
		goto end;
	layout_symbols(out, arena, &layout);
	shstrtab = out->secs.n + (layout.need_shndx ? 3 : 2);
	if (!gelf_getehdr(elf, &ehdr))
		goto end;
	ehdr.e_ident[EI_DATA] = out->arch->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	ehdr.e_type = ET_REL;
	ehdr.e_machine = out->arch->machine;
	ehdr.e_version = EV_CURRENT;
	ehdr.e_shstrndx = shstrtab >= SHN_LORESERVE ? SHN_XINDEX : (uint16_t)shstrtab;
	if (!gelf_update_ehdr(elf, &ehdr))
		goto end;
	err = write_sections(out, arena, elf, &layout);
	if (!err && elf_update(elf, ELF_C_WRITE) < 0)
		err = -EIO;
end:
	elf_end(elf);
	string_table_free(&layout.strings);
	string_table_free(&layout.section_names);
	return err;
}

/* libelf writes to regular files only, and an output may be a pipe. */
static int write_image(const struct elf_out *out, FILE *image, const char *path, struct diag *diag)
{
	struct arena *arena = arena_new();
	int err;

	errno = 0;
	err = write_elf(out, arena, fileno(image));
	if (err)
		diag_error(diag, path, NULL, "can't write: %s", errno ? strerror(errno) : elf_errmsg(-1));
	arena_free(arena);
	return err;
}

static void copy_file(FILE *from, FILE *to)
{
	char bytes[1 << 16];
	size_t n;

	rewind(from);
	while ((n = fread(bytes, 1, sizeof(bytes), from)))
		fwrite(bytes, 1, n, to);
}

int elf_out_write(struct elf_out *out, const char *path, struct diag *diag)
{
	struct output output;
	FILE *image = NULL;
	int err = output_open(&output, path, diag);

	if (err)
		return err;
	elf_version(EV_CURRENT);
	if (output.temp) {
		err = write_image(out, output.file, path, diag);
	} else {
		image = tmpfile();
		err = image ? write_image(out, image, path, diag)
			    : diag_error(diag, path, NULL, "no temporary file: %s", strerror(errno));
		if (!err)
			copy_file(image, output.file);
	}
	if (image)
		fclose(image);
	return output_close(&output, err, diag);
}
