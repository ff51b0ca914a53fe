// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the linked module to its final form.
 *
 * Until here a reference that livepatch must resolve is an ordinary relocation to an undefined weak symbol
 *
 *	.klp.sym.<object>.<symbol>,<position>[,<owner>]
 *
 * e.g. `.klp.sym.vmlinux.cmdline_proc_show,0`, because that is all that survives `ld -r`, objcopy and modpost
 * unharmed. The kernel wants such relocations in `.klp.rela.<owner>.<section>` sections of their own, and the
 * symbols marked SHN_LIVEPATCH. <owner> is the object whose arrival makes the kernel apply the relocation:
 * the symbol's own object, unless the name says otherwise (a function of module A that uses module B's symbol).
 *
 * Everything else in the file must stay what the kernel's own build made of it, so this is an editor, not a
 * linker: sections keep their order, bytes and attributes, symbols keep their order, new sections come after
 * the last one, and new names after the last string. Two maps, from input to output indexes of sections and
 * symbols, are all that connects the two sides.
 */
#include "klp/finish.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/model.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/strmap.h"
#include "util/vec.h"

#define SYM_PREFIX  ".klp.sym."
#define RELA_PREFIX ".klp.rela."
#define VMLINUX     "vmlinux"

/* What klp_resolve_symbols() of the kernel can read: MODULE_NAME_LEN - 1 and KSYM_NAME_LEN - 1. */
#define OBJECT_NAME_MAX 55
#define SYMBOL_NAME_MAX 511

/* A symbol whose relocations are to be moved. */
struct pending {
	const char *owner; /* NULL: not such a symbol */
	const char *name;  /* the final name */
	uint32_t moved;    /* relocations that refer to it */
	uint32_t same_as;  /* input index of the symbol that stands for it in the output; often itself */
};

/* A livepatch relocation section to be made. */
struct klp_sec {
	const char *name;
	uint32_t target; /* input index of the section that it relocates */
	const char *owner;
	VEC(Elf64_Rela) relas; /* with output symbol indexes */
};

/* A section of the output. */
struct out_sec {
	Elf64_Shdr hdr;
	const void *data; /* hdr.sh_size bytes; NULL: none in the file */
};

struct finish {
	const struct elf_obj *in;
	struct arena *arena; /* owns all that is made here */
	struct diag *diag;
	struct pending *pending; /* index: input symbol */
	bool *dropped_sec;       /* index: input section */
	uint32_t *sec_map;       /* input section -> output section, 0: dropped */
	uint32_t *sym_map;       /* input symbol -> output symbol, 0: dropped */
	VEC(struct klp_sec) klp_secs;
	struct strmap klp_sec_names;
	VEC(struct out_sec) out; /* index: output section */
	VEC(char) strtab_more;   /* what is appended to the symbols' string table */
	VEC(char) shstrtab_more; /* and to the sections' */
	uint32_t nsyms_out;
	uint32_t first_global_out;
	struct klp_finished *result;
};

/* Sections that a livepatch module carries in vain: type information of itself. */
static bool is_unused_section(const struct elf_sec *sec)
{
	static const char *const names[] = {".BTF", ".BTF.base", ".BTF.ext"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(sec->name, names[i]))
			return true;
	return false;
}

static bool is_decimal(const char *s, size_t len)
{
	if (!len || len > 9)
		return false;
	return strspn(s, "0123456789") >= len;
}

static int refuse_name(struct finish *f, const char *name, const char *why)
{
	return diag_refuse(f->diag, f->in->path, name,
			   "%s; the form is " SYM_PREFIX "<object>.<symbol>,<position>[,<owner>]", why);
}

/* Takes a symbol's name apart. */
static int parse_pending(struct finish *f, const struct elf_sym *sym, struct pending *pending)
{
	const char *object = sym->name + strlen(SYM_PREFIX);
	const char *dot = strchr(object, '.');
	const char *comma = dot ? strchr(dot, ',') : NULL;
	const char *position = comma ? comma + 1 : NULL;
	const char *end = position ? strchrnul(position, ',') : NULL;
	const char *owner;

	if (!dot || !comma || dot == object || comma == dot + 1)
		return refuse_name(f, sym->name, "malformed name of a livepatch symbol");
	if (!is_decimal(position, (size_t)(end - position)))
		return refuse_name(f, sym->name, "the position is not a number");
	if (dot - object > OBJECT_NAME_MAX)
		return refuse_name(f, sym->name, "the object's name is longer than the kernel's 55 characters");
	if (comma - dot - 1 > SYMBOL_NAME_MAX)
		return refuse_name(f, sym->name, "the symbol's name is longer than the kernel's 511 characters");
	owner = *end ? end + 1 : NULL;
	if (owner && (!*owner || strpbrk(owner, ".,") || strlen(owner) > OBJECT_NAME_MAX))
		return refuse_name(f, sym->name, "the owner is not the name of an object");
	pending->name = arena_printf(f->arena, "%.*s", (int)(end - sym->name), sym->name);
	pending->owner = owner ? owner : arena_printf(f->arena, "%.*s", (int)(dot - object), object);
	if (!strncmp(object, VMLINUX ".", strlen(VMLINUX ".")) && strcmp(pending->owner, VMLINUX))
		return refuse_name(f, sym->name, "L2: a vmlinux symbol can't wait for a module, the kernel refuses it");
	return 0;
}

/* Finds the symbols whose relocations move; those of one final name become one symbol. */
static int find_pending(struct finish *f)
{
	const struct elf_obj *in = f->in;
	struct strmap by_name = {0};

	f->pending = arena_array(f->arena, struct pending, in->nsyms);
	for (uint32_t i = 1; i < in->nsyms; i++) {
		const struct elf_sym *sym = &in->syms[i];

		if (elf_sym_is_section(sym) || strncmp(sym->name, SYM_PREFIX, strlen(SYM_PREFIX)))
			continue;
		if (sym->shndx == ELF_SHN_LIVEPATCH) {
			strmap_add(&by_name, sym->name, i);
			continue;
		}
		if (!elf_sym_is_undefined(sym)) {
			diag_refuse(f->diag, in->path, sym->name,
				    "a livepatch symbol is defined here; it must be undefined");
			continue;
		}
		if (parse_pending(f, sym, &f->pending[i]))
			f->pending[i].owner = NULL;
	}
	for (uint32_t i = 1; i < in->nsyms; i++) {
		struct pending *pending = &f->pending[i];
		uint32_t first;

		if (!pending->owner)
			continue;
		first = strmap_add(&by_name, pending->name, i);
		pending->same_as = first == STRMAP_NONE ? i : first;
	}
	strmap_free(&by_name);
	return diag_checkpoint(f->diag);
}

static struct klp_sec *find_klp_sec(struct finish *f, uint32_t target, const char *owner)
{
	/* Entries of one section come together, so what is looked for is among the last ones. */
	for (uint32_t i = f->klp_secs.n; i-- && f->klp_secs.v[i].target == target;)
		if (!strcmp(f->klp_secs.v[i].owner, owner))
			return &f->klp_secs.v[i];
	return NULL;
}

static int add_klp_sec(struct finish *f, uint32_t target, const char *owner)
{
	const char *name = arena_printf(f->arena, RELA_PREFIX "%s.%s", owner, f->in->secs[target].name);
	struct klp_sec *sec = vec_push(&f->klp_secs);

	sec->name = name;
	sec->target = target;
	sec->owner = owner;
	/* Two sections of one name could not be told apart, and the kernel does not load such a module. */
	if (elf_obj_find_section_index(f->in, name) || strmap_add(&f->klp_sec_names, name, 0) != STRMAP_NONE)
		return diag_refuse(f->diag, f->in->path, name, "there would be two sections of this name");
	return 0;
}

/* Counts the relocations that move, and makes the list of the sections that they move to. */
static int find_moves(struct finish *f)
{
	const struct elf_obj *in = f->in;

	for (uint32_t target = 1; target < in->nsecs; target++) {
		const struct elf_sec *sec = &in->secs[target];
		uint32_t moved = 0;

		if (f->dropped_sec[target])
			continue;
		for (uint32_t i = 0; i < sec->nrelas; i++) {
			struct pending *pending = &f->pending[sec->relas[i].sym];

			if (!pending->owner)
				continue;
			if (!(sec->flags & SHF_ALLOC)) {
				diag_refuse(f->diag, in->path, sec->name,
					    "refers to %s, but the kernel does not load the section; strip it",
					    pending->name);
				break;
			}
			f->pending[pending->same_as].moved++;
			moved++;
			if (!find_klp_sec(f, target, pending->owner) && add_klp_sec(f, target, pending->owner))
				break;
		}
		f->result->relocations += moved;
		if (sec->rela_sec && sec->nrelas && moved == sec->nrelas)
			f->dropped_sec[sec->rela_sec] = true;
	}
	return diag_checkpoint(f->diag);
}

static void find_unused_sections(struct finish *f)
{
	for (uint32_t i = 1; i < f->in->nsecs; i++) {
		const struct elf_sec *sec = &f->in->secs[i];

		if (is_unused_section(sec) || (sec->type == SHT_RELA && is_unused_section(&f->in->secs[sec->info])))
			f->dropped_sec[i] = true;
	}
}

static void map_sections(struct finish *f)
{
	uint32_t n = 1;

	f->sec_map = arena_array(f->arena, uint32_t, f->in->nsecs);
	for (uint32_t i = 1; i < f->in->nsecs; i++)
		if (!f->dropped_sec[i])
			f->sec_map[i] = n++;
	f->result->removed = f->in->nsecs - n;
	f->result->rela_sections = f->klp_secs.n;
}

static bool is_symbol_kept(const struct finish *f, uint32_t i)
{
	const struct elf_sym *sym = &f->in->syms[i];

	if (f->pending[i].owner)
		return f->pending[i].same_as == i && f->pending[i].moved;
	return !elf_sym_has_section(sym) || f->sec_map[sym->shndx];
}

/* Local symbols stay before global ones, because the order is kept and no symbol changes sides. */
static void map_symbols(struct finish *f)
{
	const struct elf_obj *in = f->in;
	uint32_t n = 1;

	f->sym_map = arena_array(f->arena, uint32_t, in->nsyms);
	f->first_global_out = 1;
	for (uint32_t i = 1; i < in->nsyms; i++) {
		if (!is_symbol_kept(f, i))
			continue;
		f->sym_map[i] = n++;
		if (i < in->secs[in->symtab].info)
			f->first_global_out = n;
		f->result->symbols += !!f->pending[i].owner;
	}
	f->nsyms_out = n;
	for (uint32_t i = 1; i < in->nsyms; i++)
		if (f->pending[i].owner)
			f->sym_map[i] = f->sym_map[f->pending[i].same_as];
}

/* Appends a string to what is added to a table that has size bytes now; returns its offset in the table. */
#define append_string(more, table, s)                                                                                  \
	({                                                                                                             \
		uint64_t at_ = (table)->size + (more)->n;                                                              \
		for (const char *p_ = (s);; p_++) {                                                                    \
			vec_add(more, *p_);                                                                            \
			if (!*p_)                                                                                      \
				break;                                                                                 \
		}                                                                                                      \
		at_;                                                                                                   \
	})

static int check_string_table(struct finish *f, const struct elf_sec *table)
{
	if (table->type != SHT_STRTAB || !table->data || table->data[table->size - 1])
		return diag_error(f->diag, f->in->path, table->name, "not a string table that ends with a NUL");
	return 0;
}

/*
 * The symbol table, entry by entry. A livepatch symbol becomes GLOBAL as in the kernel's documentation of the
 * format: WEAK only served to get it past modpost, and the kernel never looks at the binding.
 */
static Elf64_Sym *make_symbols(struct finish *f)
{
	const struct elf_obj *in = f->in;
	const struct elf_sec *symtab = &in->secs[in->symtab];
	Elf64_Sym *syms = arena_array(f->arena, Elf64_Sym, f->nsyms_out);

	for (uint32_t i = 1; i < in->nsyms; i++) {
		Elf64_Sym *sym = &syms[f->sym_map[i]];
		const struct pending *pending = &f->pending[i];

		if (!f->sym_map[i] || (pending->owner && pending->same_as != i))
			continue;
		memcpy(sym, symtab->data + i * sizeof(*sym), sizeof(*sym));
		if (pending->owner) {
			if (strcmp(pending->name, in->syms[i].name))
				sym->st_name = (Elf64_Word)append_string(&f->strtab_more, &in->secs[symtab->link],
									 pending->name);
			sym->st_info = ELF64_ST_INFO(STB_GLOBAL, in->syms[i].type);
			sym->st_shndx = SHN_LIVEPATCH;
		} else if (elf_sym_has_section(&in->syms[i]) && sym->st_shndx != SHN_XINDEX) {
			sym->st_shndx = (Elf64_Half)f->sec_map[sym->st_shndx];
		}
	}
	return syms;
}

/* SHT_SYMTAB_SHNDX: the section numbers that do not fit in a symbol. */
static Elf32_Word *make_extended_indexes(struct finish *f)
{
	Elf32_Word *indexes = arena_array(f->arena, Elf32_Word, f->nsyms_out);

	for (uint32_t i = 1; i < f->in->nsyms; i++) {
		Elf64_Sym sym;

		memcpy(&sym, f->in->secs[f->in->symtab].data + i * sizeof(sym), sizeof(sym));
		if (f->sym_map[i] && sym.st_shndx == SHN_XINDEX)
			indexes[f->sym_map[i]] = f->sec_map[f->in->syms[i].shndx];
	}
	return indexes;
}

static Elf64_Rela make_rela(const struct finish *f, const struct elf_rela *rela)
{
	return (Elf64_Rela){
		.r_offset = rela->offset,
		.r_info = ELF64_R_INFO((uint64_t)f->sym_map[rela->sym], rela->type),
		.r_addend = rela->addend,
	};
}

/* The entries that stay where they are; those that move go to their new sections on the way. */
static int make_relas(struct finish *f, uint32_t target, struct out_sec *out)
{
	const struct elf_sec *sec = &f->in->secs[target];
	Elf64_Rela *relas = arena_array(f->arena, Elf64_Rela, sec->nrelas);
	uint32_t n = 0;

	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];

		if (f->pending[rela->sym].owner)
			continue;
		if (rela->sym && !f->sym_map[rela->sym])
			return diag_error(f->diag, f->in->path, sec->name,
					  "offset %#lx refers to %s, which is in a section that is dropped",
					  (unsigned long)rela->offset, f->in->syms[rela->sym].name);
		relas[n++] = make_rela(f, rela);
	}
	out->data = relas;
	out->hdr.sh_size = n * sizeof(*relas);
	return 0;
}

/* A livepatch section that was there before only needs the new symbol numbers. */
static void remap_livepatch_relas(struct finish *f, const struct elf_sec *sec, struct out_sec *out)
{
	Elf64_Rela *relas = arena_memdup(f->arena, sec->data, sec->size);

	for (uint64_t i = 0; i < sec->size / sizeof(*relas); i++)
		relas[i].r_info =
			ELF64_R_INFO((uint64_t)f->sym_map[ELF64_R_SYM(relas[i].r_info)], ELF64_R_TYPE(relas[i].r_info));
	out->data = relas;
}

static int check_livepatch_relas(struct finish *f, const struct elf_sec *sec)
{
	if (!(sec->flags & SHF_RELA_LIVEPATCH))
		return diag_error(f->diag, f->in->path, sec->name,
				  "a second relocation section without the flag of livepatch sections");
	for (uint64_t i = 0; i < sec->size / sizeof(Elf64_Rela); i++) {
		Elf64_Rela rela;

		memcpy(&rela, sec->data + i * sizeof(rela), sizeof(rela));
		if (ELF64_R_SYM(rela.r_info) >= f->in->nsyms)
			return diag_error(f->diag, f->in->path, sec->name, "entry %lu: no such symbol",
					  (unsigned long)i);
	}
	return 0;
}

/* Copies one section of the input, with every number in it brought up to date. */
static int copy_section(struct finish *f, uint32_t i)
{
	const struct elf_obj *in = f->in;
	const struct elf_sec *sec = &in->secs[i];
	struct out_sec *out = vec_push(&f->out);
	int err = 0;

	out->hdr = *elf64_getshdr(elf_getscn(in->elf, i));
	out->data = sec->data;
	if (sec->link >= in->nsecs)
		return diag_error(f->diag, in->path, sec->name, "sh_link %u is not a section", sec->link);
	out->hdr.sh_link = f->sec_map[sec->link];
	if (sec->link && !out->hdr.sh_link)
		return diag_error(f->diag, in->path, sec->name, "depends on %s, which is dropped",
				  in->secs[sec->link].name);
	switch (sec->type) {
	case SHT_SYMTAB:
		out->hdr.sh_info = f->first_global_out;
		out->hdr.sh_size = f->nsyms_out * sizeof(Elf64_Sym);
		out->data = make_symbols(f);
		break;
	case SHT_SYMTAB_SHNDX:
		out->hdr.sh_size = f->nsyms_out * sizeof(Elf32_Word);
		out->data = make_extended_indexes(f);
		break;
	case SHT_RELA:
		if (sec->info >= in->nsecs)
			return diag_error(f->diag, in->path, sec->name, "sh_info %u is not a section", sec->info);
		out->hdr.sh_info = f->sec_map[sec->info];
		/* The reader's view: livepatch sections are not read as ordinary ones. */
		if (in->secs[sec->info].rela_sec == i)
			return make_relas(f, sec->info, out);
		err = check_livepatch_relas(f, sec);
		if (!err)
			remap_livepatch_relas(f, sec, out);
		break;
	case SHT_GROUP:
		return diag_error(f->diag, in->path, sec->name,
				  "section groups are not supported; link the module with --force-group-allocation");
	}
	return err;
}

/*
 * SHF_ALLOC: the kernel keeps the section in memory for the time when the object arrives. SHF_INFO_LINK tells
 * other tools that sh_info is a section; the kernel ignores it.
 */
static void add_klp_sections(struct finish *f)
{
	const struct elf_sec *shstrtab = &f->in->secs[f->in->shstrndx];

	for (uint32_t i = 0; i < f->klp_secs.n; i++) {
		const struct klp_sec *klp = &f->klp_secs.v[i];
		struct out_sec *out = vec_push(&f->out);

		out->data = klp->relas.v;
		out->hdr = (Elf64_Shdr){
			.sh_name = (Elf64_Word)append_string(&f->shstrtab_more, shstrtab, klp->name),
			.sh_type = SHT_RELA,
			.sh_flags = SHF_ALLOC | SHF_INFO_LINK | SHF_RELA_LIVEPATCH,
			.sh_size = klp->relas.n * sizeof(Elf64_Rela),
			.sh_link = f->sec_map[f->in->symtab],
			.sh_info = f->sec_map[klp->target],
			.sh_addralign = 8,
			.sh_entsize = sizeof(Elf64_Rela),
		};
	}
}

static void move_relas(struct finish *f)
{
	for (uint32_t i = 0; i < f->klp_secs.n; i++) {
		struct klp_sec *klp = &f->klp_secs.v[i];
		const struct elf_sec *sec = &f->in->secs[klp->target];

		for (uint32_t j = 0; j < sec->nrelas; j++) {
			const char *owner = f->pending[sec->relas[j].sym].owner;

			if (owner && !strcmp(owner, klp->owner))
				vec_add(&klp->relas, make_rela(f, &sec->relas[j]));
		}
	}
}

/* A string table keeps what it has; new names follow. */
static void extend_string_table(struct finish *f, uint32_t table, const char *more, uint32_t size)
{
	struct out_sec *out = &f->out.v[f->sec_map[table]];
	char *data;

	if (!size)
		return;
	data = arena_alloc(f->arena, out->hdr.sh_size + size);
	memcpy(data, out->data, out->hdr.sh_size);
	memcpy(data + out->hdr.sh_size, more, size);
	out->data = data;
	out->hdr.sh_size += size;
}

static int make_sections(struct finish *f)
{
	const struct elf_obj *in = f->in;
	uint32_t strtab = in->secs[in->symtab].link;
	int err = check_string_table(f, &in->secs[strtab]);

	if (!err)
		err = check_string_table(f, &in->secs[in->shstrndx]);
	if (!err && strtab == in->shstrndx)
		err = diag_error(f->diag, in->path, in->secs[strtab].name,
				 "one string table for symbols and sections is not supported; use GNU ld");
	if (err)
		return err;
	move_relas(f);
	vec_push(&f->out); /* the null section */
	for (uint32_t i = 1; i < in->nsecs; i++) {
		if (f->dropped_sec[i])
			continue;
		err = copy_section(f, i);
		if (err)
			return err;
	}
	add_klp_sections(f);
	extend_string_table(f, strtab, f->strtab_more.v, f->strtab_more.n);
	extend_string_table(f, in->shstrndx, f->shstrtab_more.v, f->shstrtab_more.n);
	return 0;
}

static uint64_t align_up(uint64_t value, uint64_t align)
{
	return align > 1 ? (value + align - 1) / align * align : value;
}

/* Gives each section its place in the file, in section order; returns where the section headers go. */
static uint64_t lay_out(struct finish *f)
{
	uint64_t at = sizeof(Elf64_Ehdr);

	for (uint32_t i = 1; i < f->out.n; i++) {
		Elf64_Shdr *hdr = &f->out.v[i].hdr;

		at = align_up(at, hdr->sh_addralign);
		hdr->sh_offset = at;
		if (f->out.v[i].data)
			at += hdr->sh_size;
	}
	return align_up(at, sizeof(uint64_t));
}

/* More than 65,279 sections: the header's 16 bits overflow, and section 0 holds the real numbers. */
static void set_section_count(struct finish *f, Elf64_Ehdr *ehdr)
{
	uint32_t shstrndx = f->sec_map[f->in->shstrndx];
	Elf64_Shdr *null = &f->out.v[0].hdr;
	bool many = f->out.n >= SHN_LORESERVE;

	if (many)
		diag_warn(f->diag, f->in->path, NULL,
			  "%u sections; the kernel's loader counts only to 65279 and will not load this module",
			  f->out.n);
	ehdr->e_shnum = many ? 0 : (Elf64_Half)f->out.n;
	null->sh_size = many ? f->out.n : 0;
	ehdr->e_shstrndx = shstrndx >= SHN_LORESERVE ? SHN_XINDEX : (Elf64_Half)shstrndx;
	null->sh_link = shstrndx >= SHN_LORESERVE ? shstrndx : 0;
}

/* Gets memory for the result, which outlives the arena. */
static int alloc_result(struct finish *f, size_t size)
{
	f->result->bytes = calloc(1, size);
	if (!f->result->bytes)
		return diag_error(f->diag, f->in->path, NULL, "no memory for %zu bytes", size);
	f->result->size = size;
	return 0;
}

static int write_image(struct finish *f)
{
	Elf64_Ehdr ehdr = *elf64_getehdr(f->in->elf);
	uint8_t *bytes;
	int err;

	ehdr.e_shoff = lay_out(f);
	set_section_count(f, &ehdr);
	err = alloc_result(f, ehdr.e_shoff + (uint64_t)f->out.n * sizeof(Elf64_Shdr));
	if (err)
		return err;
	bytes = f->result->bytes;
	memcpy(bytes, &ehdr, sizeof(ehdr));
	for (uint32_t i = 0; i < f->out.n; i++) {
		const struct out_sec *out = &f->out.v[i];

		if (out->data)
			memcpy(bytes + out->hdr.sh_offset, out->data, out->hdr.sh_size);
		memcpy(bytes + ehdr.e_shoff + i * sizeof(out->hdr), &out->hdr, sizeof(out->hdr));
	}
	return 0;
}

static int copy_input(struct finish *f)
{
	size_t size;
	const char *bytes = elf_rawfile(f->in->elf, &size);
	int err;

	if (!bytes)
		return diag_error(f->diag, f->in->path, NULL, "can't read the file: %s", elf_errmsg(-1));
	err = alloc_result(f, size);
	if (!err)
		memcpy(f->result->bytes, bytes, size);
	return err;
}

/* A signature covers the bytes that would change. */
static int check_unsigned(const struct finish *f)
{
	static const char magic[] = "~Module signature appended~\n";
	size_t size, len = strlen(magic);
	const char *bytes = elf_rawfile(f->in->elf, &size);

	if (bytes && size >= len && !memcmp(bytes + size - len, magic, len))
		return diag_error(f->diag, f->in->path, NULL, "the module is signed already; sign it after this step");
	return 0;
}

static bool is_finished(const struct finish *f)
{
	for (uint32_t i = 1; i < f->in->nsyms; i++)
		if (f->pending[i].owner)
			return false;
	for (uint32_t i = 1; i < f->in->nsecs; i++)
		if (f->dropped_sec[i])
			return false;
	return true;
}

static int finish(struct finish *f)
{
	int err;

	if (f->in->type != ET_REL || !f->in->symtab)
		return diag_error(f->diag, f->in->path, NULL, "not a kernel module: no relocatable file with symbols");
	f->dropped_sec = arena_array(f->arena, bool, f->in->nsecs);
	find_unused_sections(f);
	err = find_pending(f);
	if (err || is_finished(f))
		return err ? err : copy_input(f);
	err = check_unsigned(f);
	if (!err)
		err = find_moves(f);
	if (err)
		return err;
	/* From here on all decisions are made: what moves, what goes, and every output index. */
	map_sections(f);
	map_symbols(f);
	err = make_sections(f);
	return err ? err : write_image(f);
}

int klp_finish(const struct elf_obj *in, struct klp_finished *result, struct diag *diag)
{
	struct finish f = {.in = in, .arena = arena_new(), .diag = diag, .result = result};
	int err;

	*result = (struct klp_finished){0};
	err = finish(&f);
	for (uint32_t i = 0; i < f.klp_secs.n; i++)
		vec_free(&f.klp_secs.v[i].relas);
	vec_free(&f.klp_secs);
	strmap_free(&f.klp_sec_names);
	vec_free(&f.out);
	vec_free(&f.strtab_more);
	vec_free(&f.shstrtab_more);
	arena_free(f.arena);
	return err;
}

int klp_finished_write(const struct klp_finished *result, const char *path, struct diag *diag)
{
	char *temp = NULL;
	FILE *file = NULL;
	int fd, err = 0;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return diag_error(diag, path, NULL, "no memory");
	fd = mkstemp(temp);
	if (fd >= 0)
		file = fdopen(fd, "wb");
	if (!file || fwrite(result->bytes, 1, result->size, file) != result->size || fchmod(fd, 0644))
		err = -errno;
	if (file && fclose(file) && !err)
		err = -errno;
	if (!err && rename(temp, path))
		err = -errno;
	if (err) {
		diag_error(diag, path, NULL, "can't write: %s", strerror(-err));
		if (fd >= 0)
			unlink(temp);
	}
	free(temp);
	return err;
}

void klp_finished_free(struct klp_finished *result)
{
	free(result->bytes);
	*result = (struct klp_finished){0};
}
