// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the linked module to its final form.
 *
 * Until here a reference that livepatch must resolve is an ordinary relocation to an undefined weak symbol
 *
 *	.klp.sym.<object>.<symbol>,<sympos>[,<owner>]
 *
 * e.g. `.klp.sym.vmlinux.cmdline_proc_show,0`, because that is all that survives `ld -r`, objcopy and modpost
 * unharmed. The kernel wants such relocations in `.klp.rela.<owner>.<section>` sections of their own, and the
 * symbols marked SHN_LIVEPATCH. <owner> is the object whose arrival makes the kernel apply the relocation:
 * the symbol's own object, unless the name says otherwise (a function of module A that uses module B's symbol).
 *
 * This file decides: which relocations move to which section, which symbols become one, and which sections go.
 * rewrite.c then makes the output.
 */
#include "klp/finish.h"

#include <libelf.h>
#include <string.h>

#include "elf/build.h"
#include "elf/model.h"
#include "kernel/livepatch.h"
#include "kernel/module.h"
#include "kernel/names.h"
#include "klp/rewrite.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/output.h"
#include "util/strmap.h"

/* Names of the sections that are made, and what is counted on the way. */
struct finish {
	struct klp_moves moves;
	struct strmap names;
	struct klp_finished *result;
};

static bool is_decimal(const char *s, size_t len)
{
	if (!len || len > 9)
		return false;
	return strspn(s, "0123456789") >= len;
}

static int refuse_name(struct finish *f, const char *name, const char *why)
{
	return diag_refuse(f->moves.diag, RULE_LIVEPATCH_FORM, f->moves.in->path, name,
			   "%s; the form is " KLP_SYM_PREFIX "<object>.<symbol>,<sympos>[,<owner>]", why);
}

static int refuse_length(struct finish *f, const char *name, const char *what, unsigned int max)
{
	return refuse_name(
		f, name,
		arena_printf(f->moves.arena, "the %s's name is longer than the kernel's %u characters", what, max));
}

/* Takes a symbol's name apart. */
static int parse_pending(struct finish *f, const struct elf_sym *sym, struct klp_pending *pending)
{
	struct klp_sym_parts p;
	const char *owner;

	if (!klp_sym_split(sym->name, &p))
		return refuse_name(f, sym->name, "malformed name of a livepatch symbol");
	owner = p.owner;
	if (!is_decimal(p.sympos, p.sympos_len))
		return refuse_name(f, sym->name, "the sympos is not a number of at most nine digits");
	if (memchr(p.object, '-', p.object_len))
		return refuse_name(f, sym->name, "the kernel's names of modules have _ instead of -");
	if (p.object_len > KLP_OBJECT_NAME_MAX)
		return refuse_length(f, sym->name, "object", KLP_OBJECT_NAME_MAX);
	if (p.symbol_len > KLP_SYMBOL_NAME_MAX)
		return refuse_length(f, sym->name, "symbol", KLP_SYMBOL_NAME_MAX);
	if (owner && (!*owner || strpbrk(owner, ".,-") || strlen(owner) > KLP_OBJECT_NAME_MAX))
		return refuse_name(f, sym->name, "the owner is not the name of an object");
	pending->name = arena_printf(f->moves.arena, "%.*s", (int)(p.sympos + p.sympos_len - sym->name), sym->name);
	pending->owner = owner ? owner : arena_printf(f->moves.arena, "%.*s", (int)p.object_len, p.object);
	if (!strncmp(p.object, KLP_VMLINUX ".", strlen(KLP_VMLINUX ".")) && strcmp(pending->owner, KLP_VMLINUX))
		return refuse_name(f, sym->name, "L2: a vmlinux symbol can't wait for a module, the kernel refuses it");
	return 0;
}

/* Finds the symbols whose relocations move; those of one final name become one symbol. */
static int find_pending(struct finish *f)
{
	const struct elf_obj *in = f->moves.in;
	struct strmap by_name = {0};

	f->moves.pending = arena_array(f->moves.arena, struct klp_pending, in->nsyms);
	for (uint32_t i = 1; i < in->nsyms; i++) {
		const struct elf_sym *sym = &in->syms[i];

		if (elf_sym_is_section(sym) || strncmp(sym->name, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX)))
			continue;
		if (sym->shndx == ELF_SHN_LIVEPATCH) {
			strmap_add(&by_name, sym->name, i);
			continue;
		}
		if (!elf_sym_is_undefined(sym)) {
			diag_refuse(f->moves.diag, RULE_LIVEPATCH_FORM, in->path, sym->name,
				    "a livepatch symbol is defined here; it must be undefined");
			continue;
		}
		if (parse_pending(f, sym, &f->moves.pending[i]))
			f->moves.pending[i].owner = NULL;
	}
	for (uint32_t i = 1; i < in->nsyms; i++) {
		struct klp_pending *pending = &f->moves.pending[i];
		uint32_t first;

		if (!pending->owner)
			continue;
		first = strmap_add(&by_name, pending->name, i);
		pending->same_as = first == STRMAP_NONE ? i : first;
	}
	strmap_free(&by_name);
	return diag_checkpoint(f->moves.diag);
}

/* The section for relocations of target that wait for owner; made at the first call. NULL: refused. */
static struct klp_moved_sec *get_moved_sec(struct finish *f, uint32_t target, const char *owner)
{
	struct klp_moved_sec *sec;

	/* Entries of one section come together, so what is looked for is among the last ones. */
	for (uint32_t i = f->moves.secs.n; i-- && f->moves.secs.v[i].target == target;)
		if (!strcmp(f->moves.secs.v[i].owner, owner))
			return &f->moves.secs.v[i];
	sec = vec_push(&f->moves.secs);
	sec->name = arena_printf(f->moves.arena, KLP_RELA_PREFIX "%s.%s", owner, f->moves.in->secs[target].name);
	sec->target = target;
	sec->owner = owner;
	/* Two sections of one name could not be told apart, and the kernel does not load such a module. */
	if (elf_obj_find_section_index(f->moves.in, sec->name) || strmap_add(&f->names, sec->name, 0) != STRMAP_NONE) {
		diag_refuse(f->moves.diag, RULE_LIVEPATCH_FORM, f->moves.in->path, sec->name,
			    "there would be two sections of this name");
		return NULL;
	}
	return sec;
}

/* Decides for the relocations of one section. Stops at its first refusal. */
static void find_moves_of(struct finish *f, uint32_t target)
{
	const struct elf_sec *sec = &f->moves.in->secs[target];
	uint32_t moved = 0;

	for (uint32_t i = 0; i < sec->nrelas; i++) {
		struct klp_pending *pending = &f->moves.pending[sec->relas[i].sym];
		struct klp_moved_sec *moved_sec;

		if (!pending->owner)
			continue;
		if (!(sec->flags & SHF_ALLOC)) {
			diag_refuse(f->moves.diag, RULE_LIVEPATCH_FORM, f->moves.in->path, sec->name,
				    "refers to %s, but the kernel does not load the section; strip it", pending->name);
			return;
		}
		moved_sec = get_moved_sec(f, target, pending->owner);
		if (!moved_sec)
			return;
		moved_sec->nrelas++;
		f->moves.pending[pending->same_as].moved++;
		moved++;
	}
	f->result->relocations += moved;
	if (moved && moved == sec->nrelas)
		f->moves.dropped_sec[sec->rela_sec] = true;
}

/* Makes the list of the sections that relocations move to, and drops those that become empty. */
static int find_moves(struct finish *f)
{
	for (uint32_t target = 1; target < f->moves.in->nsecs; target++)
		if (!f->moves.dropped_sec[target])
			find_moves_of(f, target);
	return diag_checkpoint(f->moves.diag);
}

/* Type information of itself is of no use in a livepatch module. */
static void find_unused_sections(struct finish *f)
{
	const struct elf_obj *in = f->moves.in;

	for (uint32_t i = 1; i < in->nsecs; i++) {
		const struct elf_sec *sec = &in->secs[i];

		if (is_type_section(sec->name))
			f->moves.dropped_sec[i] = true;
		/* The reader did not check livepatch sections. */
		if (sec->type == SHT_RELA && sec->info < in->nsecs && is_type_section(in->secs[sec->info].name))
			f->moves.dropped_sec[i] = true;
	}
}

static bool is_symbol_kept(const struct finish *f, uint32_t i)
{
	const struct elf_sym *sym = &f->moves.in->syms[i];

	if (f->moves.pending[i].owner)
		return f->moves.pending[i].same_as == i && f->moves.pending[i].moved;
	return !elf_sym_has_section(sym) || !f->moves.dropped_sec[sym->shndx];
}

static void find_kept_symbols(struct finish *f)
{
	f->moves.kept_sym = arena_array(f->moves.arena, bool, f->moves.in->nsyms);
	for (uint32_t i = 1; i < f->moves.in->nsyms; i++) {
		f->moves.kept_sym[i] = is_symbol_kept(f, i);
		f->result->symbols += f->moves.kept_sym[i] && f->moves.pending[i].owner;
	}
}

static void count_sections(struct finish *f)
{
	for (uint32_t i = 1; i < f->moves.in->nsecs; i++)
		f->result->removed += f->moves.dropped_sec[i];
	f->result->rela_sections = f->moves.secs.n;
}

/* A signature covers the bytes that would change. */
static int check_unsigned(const struct finish *f)
{
	size_t size;
	const char *bytes = elf_rawfile(f->moves.in->elf, &size);

	if (bytes && module_is_signed(bytes, size))
		return diag_error(f->moves.diag, f->moves.in->path, NULL,
				  "the module is signed already; sign it after this step");
	return 0;
}

static bool is_finished(const struct finish *f)
{
	for (uint32_t i = 1; i < f->moves.in->nsyms; i++)
		if (f->moves.pending[i].owner)
			return false;
	for (uint32_t i = 1; i < f->moves.in->nsecs; i++)
		if (f->moves.dropped_sec[i])
			return false;
	return true;
}

static int finish(struct finish *f)
{
	int err;

	if (f->moves.in->type != ET_REL || !f->moves.in->symtab)
		return diag_error(f->moves.diag, f->moves.in->path, NULL,
				  "not a kernel module: no relocatable file with symbols");
	f->moves.dropped_sec = arena_array(f->moves.arena, bool, f->moves.in->nsecs);
	find_unused_sections(f);
	err = find_pending(f);
	if (err || is_finished(f))
		return err;
	err = check_unsigned(f);
	if (!err)
		err = find_moves(f);
	if (err)
		return err;
	find_kept_symbols(f);
	count_sections(f);
	return klp_rewrite(&f->moves, &f->result->out);
}

int klp_finish(const struct elf_obj *in, struct klp_finished *result, struct diag *diag)
{
	struct finish f = {
		.moves = {.in = in, .arena = arena_new(), .diag = diag},
		.result = result,
	};
	int err;

	*result = (struct klp_finished){.in = in};
	err = finish(&f);
	vec_free(&f.moves.secs);
	strmap_free(&f.names);
	arena_free(f.moves.arena);
	return err;
}

/* What is finished already stays as it is, byte for byte. */
static int write_copy(const struct elf_obj *in, const char *path, struct diag *diag)
{
	struct output output;
	size_t size;
	const char *bytes = elf_rawfile(in->elf, &size);
	int err;

	if (!bytes)
		return diag_error(diag, in->path, NULL, "can't read the file: %s", elf_errmsg(-1));
	err = output_open(&output, path, diag);
	if (err)
		return err;
	fwrite(bytes, 1, size, output.file);
	return output_close(&output, 0, diag);
}

int klp_finished_write(const struct klp_finished *result, const char *path, struct diag *diag)
{
	return result->out ? elf_out_write(result->out, path, diag) : write_copy(result->in, path, diag);
}

void klp_finished_free(struct klp_finished *result)
{
	elf_out_free(result->out);
	*result = (struct klp_finished){0};
}
