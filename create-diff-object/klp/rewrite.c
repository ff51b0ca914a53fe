// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the finished file. An editor, not a linker: sections keep their order, bytes and attributes, symbols keep
 * their order, new sections come after the last one, and new names after the last string. Every number that the
 * file holds - section and symbol indexes in headers, symbols and relocations - goes through the maps of
 * struct klp_moves.
 */
#include "klp/rewrite.h"

#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "klp/finish.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/output.h"

/* No section of a module is aligned more than a huge page. */
#define ALIGN_MAX (2u << 20)

/* A section of the output. */
struct out_sec {
	Elf64_Shdr hdr;
	const void *data; /* hdr.sh_size bytes; NULL: none in the file */
};

typedef VEC(char) char_vec;

struct rewrite {
	const struct klp_moves *moves;
	VEC(struct out_sec) out; /* index: output section */
	char_vec strtab_more;    /* what is appended to the symbols' string table */
	char_vec shstrtab_more;  /* and to the sections' */
	struct klp_finished *result;
};

/* Appends a string to what is added to a string table; returns its offset in the table. */
static Elf64_Word append_string(char_vec *more, const struct elf_sec *table, const char *s)
{
	uint64_t at = table->size + more->n;

	do
		vec_add(more, *s);
	while (*s++);
	return (Elf64_Word)at;
}

static int check_string_table(struct rewrite *r, const struct elf_sec *table)
{
	if (table->type != SHT_STRTAB || !table->data || table->data[table->size - 1])
		return diag_error(r->moves->diag, r->moves->in->path, table->name,
				  "not a string table that ends with a NUL");
	return 0;
}

/*
 * The symbol table, entry by entry. A livepatch symbol becomes GLOBAL as in the kernel's documentation of the
 * format: WEAK only served to get it past modpost, and the kernel never looks at the binding.
 */
static Elf64_Sym *make_symbols(struct rewrite *r)
{
	const struct elf_obj *in = r->moves->in;
	const struct elf_sec *symtab = &in->secs[in->symtab];
	Elf64_Sym *syms = arena_array(r->moves->arena, Elf64_Sym, r->moves->nsyms_out);

	for (uint32_t i = 1; i < in->nsyms; i++) {
		Elf64_Sym *sym = &syms[r->moves->sym_map[i]];
		const struct klp_pending *pending = &r->moves->pending[i];

		if (!r->moves->sym_map[i] || (pending->owner && pending->same_as != i))
			continue;
		memcpy(sym, symtab->data + i * sizeof(*sym), sizeof(*sym));
		if (pending->owner) {
			if (strcmp(pending->name, in->syms[i].name))
				sym->st_name = append_string(&r->strtab_more, &in->secs[symtab->link], pending->name);
			sym->st_info = ELF64_ST_INFO(STB_GLOBAL, in->syms[i].type);
			sym->st_shndx = SHN_LIVEPATCH;
		} else if (elf_sym_has_section(&in->syms[i]) && sym->st_shndx != SHN_XINDEX) {
			sym->st_shndx = (Elf64_Half)r->moves->sec_map[sym->st_shndx];
		}
	}
	return syms;
}

/* SHT_SYMTAB_SHNDX: the section numbers that do not fit in a symbol. */
static Elf32_Word *make_extended_indexes(struct rewrite *r)
{
	Elf32_Word *indexes = arena_array(r->moves->arena, Elf32_Word, r->moves->nsyms_out);

	for (uint32_t i = 1; i < r->moves->in->nsyms; i++) {
		Elf64_Sym sym;

		memcpy(&sym, r->moves->in->secs[r->moves->in->symtab].data + i * sizeof(sym), sizeof(sym));
		if (r->moves->sym_map[i] && sym.st_shndx == SHN_XINDEX)
			indexes[r->moves->sym_map[i]] = r->moves->sec_map[r->moves->in->syms[i].shndx];
	}
	return indexes;
}

static Elf64_Rela make_rela(const struct rewrite *r, const struct elf_rela *rela)
{
	return (Elf64_Rela){
		.r_offset = rela->offset,
		.r_info = ELF64_R_INFO((uint64_t)r->moves->sym_map[rela->sym], rela->type),
		.r_addend = rela->addend,
	};
}

/* The entries that stay where they are; those that move go to their new sections on the way. */
static int make_relas(struct rewrite *r, uint32_t target, struct out_sec *out)
{
	const struct elf_sec *sec = &r->moves->in->secs[target];
	Elf64_Rela *relas = arena_array(r->moves->arena, Elf64_Rela, sec->nrelas);
	uint32_t n = 0;

	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];

		if (r->moves->pending[rela->sym].owner)
			continue;
		if (rela->sym && !r->moves->sym_map[rela->sym])
			return diag_error(r->moves->diag, r->moves->in->path, sec->name,
					  "offset %#lx refers to %s, which is in a section that is dropped",
					  (unsigned long)rela->offset, r->moves->in->syms[rela->sym].name);
		relas[n++] = make_rela(r, rela);
	}
	out->data = relas;
	out->hdr.sh_size = n * sizeof(*relas);
	return 0;
}

/* A livepatch section that was there before only needs the new symbol numbers. */
static void remap_livepatch_relas(struct rewrite *r, const struct elf_sec *sec, struct out_sec *out)
{
	Elf64_Rela *relas = arena_memdup(r->moves->arena, sec->data, sec->size);

	for (uint64_t i = 0; i < sec->size / sizeof(*relas); i++)
		relas[i].r_info = ELF64_R_INFO((uint64_t)r->moves->sym_map[ELF64_R_SYM(relas[i].r_info)],
					       ELF64_R_TYPE(relas[i].r_info));
	out->data = relas;
}

static int check_livepatch_relas(struct rewrite *r, const struct elf_sec *sec)
{
	if (!(sec->flags & SHF_RELA_LIVEPATCH))
		return diag_error(r->moves->diag, r->moves->in->path, sec->name,
				  "a second relocation section without the flag of livepatch sections");
	for (uint64_t i = 0; i < sec->size / sizeof(Elf64_Rela); i++) {
		Elf64_Rela rela;

		memcpy(&rela, sec->data + i * sizeof(rela), sizeof(rela));
		if (ELF64_R_SYM(rela.r_info) >= r->moves->in->nsyms)
			return diag_error(r->moves->diag, r->moves->in->path, sec->name, "entry %lu: no such symbol",
					  (unsigned long)i);
	}
	return 0;
}

/* Copies one section of the input, with every number in it brought up to date. */
static int copy_section(struct rewrite *r, uint32_t i)
{
	const struct elf_obj *in = r->moves->in;
	const struct elf_sec *sec = &in->secs[i];
	struct out_sec *out = vec_push(&r->out);
	int err = 0;

	out->hdr = *elf64_getshdr(elf_getscn(in->elf, i));
	out->data = sec->data;
	if ((sec->align & (sec->align - 1)) || sec->align > ALIGN_MAX)
		return diag_error(r->moves->diag, in->path, sec->name, "alignment %#lx makes no sense",
				  (unsigned long)sec->align);
	if (sec->link >= in->nsecs)
		return diag_error(r->moves->diag, in->path, sec->name, "sh_link %u is not a section", sec->link);
	out->hdr.sh_link = r->moves->sec_map[sec->link];
	if (sec->link && !out->hdr.sh_link)
		return diag_error(r->moves->diag, in->path, sec->name, "depends on %s, which is dropped",
				  in->secs[sec->link].name);
	switch (sec->type) {
	case SHT_SYMTAB:
		out->hdr.sh_info = r->moves->first_global_out;
		out->hdr.sh_size = r->moves->nsyms_out * sizeof(Elf64_Sym);
		out->data = make_symbols(r);
		break;
	case SHT_SYMTAB_SHNDX:
		out->hdr.sh_size = r->moves->nsyms_out * sizeof(Elf32_Word);
		out->data = make_extended_indexes(r);
		break;
	case SHT_RELA:
		if (sec->info >= in->nsecs)
			return diag_error(r->moves->diag, in->path, sec->name, "sh_info %u is not a section",
					  sec->info);
		out->hdr.sh_info = r->moves->sec_map[sec->info];
		/* The reader's view: livepatch sections are not read as ordinary ones. */
		if (in->secs[sec->info].rela_sec == i)
			return make_relas(r, sec->info, out);
		err = check_livepatch_relas(r, sec);
		if (!err)
			remap_livepatch_relas(r, sec, out);
		break;
	case SHT_GROUP:
		return diag_error(r->moves->diag, in->path, sec->name,
				  "section groups are not supported; link the module with --force-group-allocation");
	}
	return err;
}

static const Elf64_Rela *make_moved_relas(const struct rewrite *r, const struct klp_moved_sec *klp)
{
	const struct elf_sec *sec = &r->moves->in->secs[klp->target];
	Elf64_Rela *relas = arena_array(r->moves->arena, Elf64_Rela, klp->nrelas);
	uint32_t n = 0;

	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const char *owner = r->moves->pending[sec->relas[i].sym].owner;

		if (owner && !strcmp(owner, klp->owner))
			relas[n++] = make_rela(r, &sec->relas[i]);
	}
	return relas;
}

/*
 * SHF_ALLOC: the kernel keeps the section in memory for the time when the object arrives. SHF_INFO_LINK tells
 * other tools that sh_info is a section; the kernel ignores it.
 */
static void add_klp_sections(struct rewrite *r)
{
	const struct elf_sec *shstrtab = &r->moves->in->secs[r->moves->in->shstrndx];

	for (uint32_t i = 0; i < r->moves->secs.n; i++) {
		const struct klp_moved_sec *klp = &r->moves->secs.v[i];
		struct out_sec *out = vec_push(&r->out);

		out->data = make_moved_relas(r, klp);
		out->hdr = (Elf64_Shdr){
			.sh_name = append_string(&r->shstrtab_more, shstrtab, klp->name),
			.sh_type = SHT_RELA,
			.sh_flags = SHF_ALLOC | SHF_INFO_LINK | SHF_RELA_LIVEPATCH,
			.sh_size = klp->nrelas * sizeof(Elf64_Rela),
			.sh_link = r->moves->sec_map[r->moves->in->symtab],
			.sh_info = r->moves->sec_map[klp->target],
			.sh_addralign = 8,
			.sh_entsize = sizeof(Elf64_Rela),
		};
	}
}

/* A string table keeps what it has; new names follow. */
static void extend_string_table(struct rewrite *r, uint32_t table, const char *more, uint32_t size)
{
	struct out_sec *out = &r->out.v[r->moves->sec_map[table]];
	char *data;

	if (!size)
		return;
	data = arena_alloc(r->moves->arena, out->hdr.sh_size + size);
	memcpy(data, out->data, out->hdr.sh_size);
	memcpy(data + out->hdr.sh_size, more, size);
	out->data = data;
	out->hdr.sh_size += size;
}

static int make_sections(struct rewrite *r)
{
	const struct elf_obj *in = r->moves->in;
	uint32_t strtab = in->secs[in->symtab].link;
	int err = check_string_table(r, &in->secs[strtab]);

	if (!err)
		err = check_string_table(r, &in->secs[in->shstrndx]);
	if (!err && strtab == in->shstrndx)
		err = diag_error(r->moves->diag, in->path, in->secs[strtab].name,
				 "one string table for symbols and sections is not supported; use GNU ld");
	if (err)
		return err;
	vec_push(&r->out); /* the null section */
	for (uint32_t i = 1; i < in->nsecs; i++) {
		if (r->moves->dropped_sec[i])
			continue;
		err = copy_section(r, i);
		if (err)
			return err;
	}
	add_klp_sections(r);
	extend_string_table(r, strtab, r->strtab_more.v, r->strtab_more.n);
	extend_string_table(r, in->shstrndx, r->shstrtab_more.v, r->shstrtab_more.n);
	return 0;
}

static uint64_t align_up(uint64_t value, uint64_t align)
{
	return align > 1 ? (value + align - 1) / align * align : value;
}

/* Gives each section its place in the file, in section order; returns where the section headers go. */
static uint64_t lay_out(struct rewrite *r)
{
	uint64_t at = sizeof(Elf64_Ehdr);

	for (uint32_t i = 1; i < r->out.n; i++) {
		Elf64_Shdr *hdr = &r->out.v[i].hdr;

		at = align_up(at, hdr->sh_addralign);
		hdr->sh_offset = at;
		if (r->out.v[i].data)
			at += hdr->sh_size;
	}
	return align_up(at, sizeof(uint64_t));
}

/* More than 65,279 sections: the header's 16 bits overflow, and section 0 holds the real numbers. */
static void set_section_count(struct rewrite *r, Elf64_Ehdr *ehdr)
{
	uint32_t shstrndx = r->moves->sec_map[r->moves->in->shstrndx];
	Elf64_Shdr *null = &r->out.v[0].hdr;
	bool many = r->out.n >= SHN_LORESERVE;

	if (many)
		diag_warn(r->moves->diag, RULE_NONE, r->moves->in->path, NULL,
			  "%u sections; the kernel's loader counts only to 65279 and will not load this module",
			  r->out.n);
	ehdr->e_shnum = many ? 0 : (Elf64_Half)r->out.n;
	null->sh_size = many ? r->out.n : 0;
	ehdr->e_shstrndx = shstrndx >= SHN_LORESERVE ? SHN_XINDEX : (Elf64_Half)shstrndx;
	null->sh_link = shstrndx >= SHN_LORESERVE ? shstrndx : 0;
}

/* Gets memory for the result, which outlives the arena. */
static int alloc_result(struct rewrite *r, size_t size)
{
	r->result->bytes = calloc(1, size);
	if (!r->result->bytes)
		return diag_error(r->moves->diag, r->moves->in->path, NULL, "no memory for %zu bytes", size);
	r->result->size = size;
	return 0;
}

static int write_image(struct rewrite *r)
{
	Elf64_Ehdr ehdr = *elf64_getehdr(r->moves->in->elf);
	uint8_t *bytes;
	int err;

	ehdr.e_shoff = lay_out(r);
	set_section_count(r, &ehdr);
	err = alloc_result(r, ehdr.e_shoff + (uint64_t)r->out.n * sizeof(Elf64_Shdr));
	if (err)
		return err;
	bytes = r->result->bytes;
	memcpy(bytes, &ehdr, sizeof(ehdr));
	for (uint32_t i = 0; i < r->out.n; i++) {
		const struct out_sec *out = &r->out.v[i];

		if (out->data)
			memcpy(bytes + out->hdr.sh_offset, out->data, out->hdr.sh_size);
		memcpy(bytes + ehdr.e_shoff + i * sizeof(out->hdr), &out->hdr, sizeof(out->hdr));
	}
	return 0;
}

int klp_rewrite(const struct klp_moves *moves, struct klp_finished *result)
{
	struct rewrite r = {.moves = moves, .result = result};
	int err = make_sections(&r);

	if (!err)
		err = write_image(&r);
	vec_free(&r.out);
	vec_free(&r.strtab_more);
	vec_free(&r.shstrtab_more);
	return err;
}

int klp_rewrite_copy(const struct klp_moves *moves, struct klp_finished *result)
{
	struct rewrite r = {.moves = moves, .result = result};
	size_t size;
	const char *bytes = elf_rawfile(moves->in->elf, &size);
	int err;

	if (!bytes)
		return diag_error(moves->diag, moves->in->path, NULL, "can't read the file: %s", elf_errmsg(-1));
	err = alloc_result(&r, size);
	if (!err)
		memcpy(result->bytes, bytes, size);
	return err;
}

int klp_finished_write(const struct klp_finished *result, const char *path, struct diag *diag)
{
	struct output output;
	int err = output_open(&output, path, diag);

	if (err)
		return err;
	fwrite(result->bytes, 1, result->size, output.file);
	return output_close(&output, 0, diag);
}

void klp_finished_free(struct klp_finished *result)
{
	free(result->bytes);
	*result = (struct klp_finished){0};
}
