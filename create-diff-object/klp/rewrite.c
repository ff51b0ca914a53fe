// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the finished module with the builder of elf/build.h: what stays keeps its order, bytes and attributes,
 * livepatch relocation sections come after it, and the builder makes the symbol and string tables anew. All numbers
 * that the file holds (of sections and symbols) are the builder's ids, which it knows from the maps made here.
 */
#include "klp/rewrite.h"

#include <string.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "elf/model.h"
#include "kernel/livepatch.h"
#include "kernel/module.h"
#include "util/arena.h"
#include "util/diag.h"

/* No section of a module is aligned more than a huge page. */
#define ALIGN_MAX (2u << 20)
/* The symbol table, its section numbers, and two string tables */
#define TABLES    4

struct rewrite {
	const struct klp_moves *moves;
	struct elf_out *out;
	uint32_t *sec_map; /* input section -> section id of out, 0: dropped, or made by the builder */
	uint32_t *sym_map; /* input symbol -> symbol id of out, 0: dropped */
};

static int fail(const struct rewrite *r, const struct elf_sec *sec, const char *why)
{
	return diag_error(r->moves->diag, r->moves->in->path, sec->name, "%s", why);
}

/* The symbol table and what belongs to it. */
static bool is_builders(const struct elf_obj *in, uint32_t index)
{
	const struct elf_sec *sec = &in->secs[index];

	return index == in->symtab || index == in->shstrndx || index == in->secs[in->symtab].link ||
	       sec->type == SHT_SYMTAB_SHNDX;
}

static void map_sections(struct rewrite *r)
{
	const struct elf_obj *in = r->moves->in;
	uint32_t next = 1;

	for (uint32_t i = 1; i < in->nsecs; i++)
		if (!r->moves->dropped_sec[i] && !is_builders(in, i))
			r->sec_map[i] = next++;
}

static int check_section(const struct rewrite *r, uint32_t index)
{
	const struct elf_obj *in = r->moves->in;
	const struct elf_sec *sec = &in->secs[index];

	if ((sec->align & (sec->align - 1)) || sec->align > ALIGN_MAX)
		return diag_error(r->moves->diag, in->path, sec->name, "invalid alignment %#lx",
				  (unsigned long)sec->align);
	if (sec->link >= in->nsecs)
		return diag_error(r->moves->diag, in->path, sec->name, "sh_link %u is not a section", sec->link);
	if (sec->type == SHT_GROUP)
		return fail(r, sec, "section groups are not supported; link the module with --force-group-allocation");
	if (sec->type == SHT_RELA && sec->info >= in->nsecs)
		return diag_error(r->moves->diag, in->path, sec->name, "sh_info %u is not a section", sec->info);
	/* The reader's view: livepatch sections are not read as ordinary ones. */
	if (sec->type == SHT_RELA && in->secs[sec->info].rela_sec != index && !(sec->flags & SHF_RELA_LIVEPATCH))
		return fail(r, sec, "a second relocation section without the flag of livepatch sections");
	if (sec->type == SHT_RELA || !sec->link || r->sec_map[sec->link])
		return 0;
	if (sec->link == in->symtab)
		return fail(r, sec, "holds symbol indexes, which change");
	return diag_error(r->moves->diag, in->path, sec->name, "depends on %s, which is dropped",
			  in->secs[sec->link].name);
}

static int add_section(const struct rewrite *r, uint32_t index)
{
	const struct elf_sec *sec = &r->moves->in->secs[index];
	struct elf_out_sec_attr attr = {
		.type = sec->type,
		.flags = sec->flags,
		.align = sec->align,
		.entsize = sec->entsize,
		.addr = sec->addr,
	};
	int err = check_section(r, index);
	uint32_t id;

	if (err)
		return err;
	/* (Only now they are known to be numbers of sections.) */
	attr.link = sec->type == SHT_RELA ? 0 : r->sec_map[sec->link];
	attr.info = sec->type == SHT_RELA ? r->sec_map[sec->info] : sec->info;
	id = elf_out_add_section(r->out, sec->name, &attr);
	if (sec->type != SHT_RELA)
		elf_out_append(r->out, id, sec->data, sec->size, 1);
	return 0;
}

/*
 * A livepatch symbol becomes GLOBAL as in the kernel's documentation of the format: WEAK only served to get it past
 * modpost, and the kernel never looks at the binding.
 */
static void add_symbols(const struct rewrite *r)
{
	const struct elf_obj *in = r->moves->in;

	for (uint32_t i = 1; i < in->nsyms; i++) {
		const struct elf_sym *sym = &in->syms[i];
		const struct klp_pending *pending = &r->moves->pending[i];
		struct elf_out_sym copy = {
			.name = elf_sym_is_section(sym) ? "" : sym->name,
			.value = sym->value,
			.size = sym->size,
			.sec = elf_sym_has_section(sym) ? r->sec_map[sym->shndx] : sym->shndx,
			.type = sym->type,
			.bind = sym->bind,
			.vis = sym->vis,
		};

		if (!r->moves->kept_sym[i] || (elf_sym_has_section(sym) && !copy.sec))
			continue;
		if (pending->owner) {
			copy.name = pending->name;
			copy.bind = STB_GLOBAL;
			copy.sec = ELF_SHN_LIVEPATCH;
		}
		r->sym_map[i] = elf_out_add_symbol(r->out, &copy);
	}
	for (uint32_t i = 1; i < in->nsyms; i++)
		if (r->moves->pending[i].owner)
			r->sym_map[i] = r->sym_map[r->moves->pending[i].same_as];
}

/* sec is what an error is about. */
static int add_rela(const struct rewrite *r, uint32_t to, const struct elf_sec *sec, const struct elf_rela *rela)
{
	if (rela->sym && !r->sym_map[rela->sym])
		return diag_error(r->moves->diag, r->moves->in->path, sec->name,
				  "offset %#lx refers to %s, which is in a section that is dropped",
				  (unsigned long)rela->offset, r->moves->in->syms[rela->sym].name);
	elf_out_add_rela_in(r->out, to, rela->offset, rela->type, r->sym_map[rela->sym], rela->addend);
	return 0;
}

/* The entries that stay where they are; those that move go to their new sections on the way. */
static int add_ordinary_relas(const struct rewrite *r, const struct elf_sec *target)
{
	int err = 0;

	for (uint32_t i = 0; i < target->nrelas && !err; i++)
		if (!r->moves->pending[target->relas[i].sym].owner)
			err = add_rela(r, r->sec_map[target->rela_sec], target, &target->relas[i]);
	return err;
}

/* A livepatch section that was there before. */
static int add_livepatch_relas(const struct rewrite *r, uint32_t index)
{
	const struct elf_sec *sec = &r->moves->in->secs[index];
	int err = 0;

	for (uint64_t i = 0; i < sec->size / sizeof(Elf64_Rela) && !err; i++) {
		struct elf_rela rela = elf_obj_rela(r->moves->in, sec, i);

		if (rela.sym >= r->moves->in->nsyms)
			return diag_error(r->moves->diag, r->moves->in->path, sec->name, "entry %lu: no such symbol",
					  (unsigned long)i);
		err = add_rela(r, r->sec_map[index], sec, &rela);
	}
	return err;
}

static int add_relas(const struct rewrite *r, uint32_t index)
{
	const struct elf_sec *sec = &r->moves->in->secs[index], *target;

	if (sec->type != SHT_RELA)
		return 0;
	target = &r->moves->in->secs[sec->info];
	return target->rela_sec == index ? add_ordinary_relas(r, target) : add_livepatch_relas(r, index);
}

/* SHF_ALLOC: the kernel keeps the section in memory for the time when the object arrives. */
static int add_moved_relas(const struct rewrite *r, const struct klp_moved_sec *moved)
{
	const struct elf_sec *target = &r->moves->in->secs[moved->target];
	uint32_t to = elf_out_add_rela_section(r->out, moved->name, r->sec_map[moved->target],
					       SHF_ALLOC | SHF_RELA_LIVEPATCH);
	int err = 0;

	for (uint32_t i = 0; i < target->nrelas && !err; i++) {
		const char *owner = r->moves->pending[target->relas[i].sym].owner;

		if (owner && !strcmp(owner, moved->owner))
			err = add_rela(r, to, target, &target->relas[i]);
	}
	return err;
}

static int add_all(const struct rewrite *r)
{
	const struct elf_obj *in = r->moves->in;
	uint32_t sections = 1 + r->moves->secs.n + TABLES;
	int err = 0;

	for (uint32_t i = 1; i < in->nsecs && !err; i++) {
		if (!r->sec_map[i])
			continue;
		err = add_section(r, i);
		sections++;
	}
	if (err)
		return err;
	add_symbols(r);
	for (uint32_t i = 1; i < in->nsecs && !err; i++)
		if (r->sec_map[i])
			err = add_relas(r, i);
	for (uint32_t i = 0; i < r->moves->secs.n && !err; i++)
		err = add_moved_relas(r, &r->moves->secs.v[i]);
	if (!err && sections > MODULE_SECTIONS_MAX)
		diag_warn(r->moves->diag, RULE_TOO_MANY_SECTIONS, in->path, NULL,
			  "%u sections; the kernel's loader counts only to %u and will not load this module", sections,
			  MODULE_SECTIONS_MAX);
	return err;
}

int klp_rewrite(const struct klp_moves *moves, struct elf_out **result)
{
	struct rewrite r = {
		.moves = moves,
		.out = elf_out_new(moves->in->arch),
		.sec_map = arena_array(moves->arena, uint32_t, moves->in->nsecs),
		.sym_map = arena_array(moves->arena, uint32_t, moves->in->nsyms),
	};
	int err;

	map_sections(&r);
	err = add_all(&r);
	if (err)
		elf_out_free(r.out);
	else
		*result = r.out;
	return err;
}
