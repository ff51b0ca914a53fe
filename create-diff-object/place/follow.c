// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every reference to one section (or to one undefined symbol) must give the same place. Exceptions, each for a
 * reason of the linker's:
 *  - mergeable sections have no place: the link scatters their strings and constants, so the contents are compared;
 *  - a weak function may have lost against one of another object, so its symbol has a place of its own;
 *  - a weak symbol that nobody defines is 0;
 *  - of the names that the kernel's own table leaves out, any address is taken.
 */
#include "place/follow.h"

#include <string.h>

#include "arch/arch.h"
#include "kernel/names.h"
#include "place/match.h"
#include "util/arena.h"
#include "util/quote.h"

/* Longer texts are cut: enough to recognize a message. */
#define MAX_QUOTED 60

static const char *quote(const struct proof *pl, const uint8_t *bytes, uint64_t n)
{
	char text[MAX_QUOTED * QUOTE_CHAR + 8];

	quote_text(bytes, n, MAX_QUOTED, text, sizeof(text));
	return arena_strdup(pl->arena, text);
}

/* A way to say where a place is. */
static const char *describe(const struct proof *pl, struct place at)
{
	const struct symtab *tab = pl->host->symtab;
	uint32_t i = symtab_find_addr(tab, at.shndx, at.offset);

	if (i != SYMTAB_NONE)
		return tab->syms[tab->by_addr[i]].name;
	if (pl->host->is_module && at.shndx < pl->host->elf->nsecs)
		return arena_printf(pl->arena, "%s+%#lx", pl->host->elf->secs[at.shndx].name, (unsigned long)at.offset);
	return arena_printf(pl->arena, "%#lx", (unsigned long)at.offset);
}

static const char *describe_symbol(const struct proof *pl, const struct elf_rela *rela)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];

	if (elf_sym_is_section(sym) && rela->addend)
		return arena_printf(pl->arena, "%s+%#lx", sym->name, (unsigned long)rela->addend);
	return sym->name;
}

/*
 * Without proof the run goes on after a contradiction. What two references disagree about then has no place, unless
 * its own bytes gave it one.
 */
static bool bind_spot(struct spot *spot, struct place at, bool commit)
{
	if (spot->state == SPOT_UNKNOWN && commit)
		*spot = (struct spot){.state = SPOT_PLACED, .by_reference = true, .at = at};
	if (spot->state == SPOT_PLACED && !place_equal(spot->at, at)) {
		if (commit && spot->by_reference)
			spot->state = SPOT_CONFLICT;
		return false;
	}
	return spot->state != SPOT_CONFLICT;
}

/* Bytes of the mergeable entry at offset that a program can see from there on: a string's rest with its end. */
static uint64_t entry_size(const struct elf_sec *sec, uint64_t offset)
{
	uint64_t unit = sec->entsize ? sec->entsize : 1, end = offset;

	if (!(sec->flags & SHF_STRINGS))
		return unit - offset % unit;
	for (; end + unit <= sec->size; end += unit) {
		bool is_end = true;

		for (uint64_t i = 0; i < unit; i++)
			is_end &= !sec->data[end + i];
		if (is_end)
			return end + unit - offset;
	}
	return sec->size - offset;
}

/*
 * A PC-relative reference to a section symbol can't be told apart from its addend here, but assemblers don't make
 * any to mergeable sections (they keep the local label), for the linker could not either.
 */
static bool same_entry(const struct proof *pl, const struct elf_rela *rela, struct place base, const char **reason)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];
	const struct elf_sec *sec = &pl->obj->secs[sym->shndx];
	bool is_section = elf_sym_is_section(sym), is_string = sec->flags & SHF_STRINGS;
	uint64_t offset = sym->value, size;
	const uint8_t *theirs;

	if (is_section) {
		if (pl->obj->arch->reloc(rela->type)->pc_relative) {
			*reason = arena_printf(pl->arena, "refers into %s in a way that can't be followed", sec->name);
			return false;
		}
		offset = (uint64_t)rela->addend;
		base.offset += offset;
	}
	if (!sec->data || offset >= sec->size) {
		*reason = arena_printf(pl->arena, "refers outside of %s", sec->name);
		return false;
	}
	size = entry_size(sec, offset);
	if (size > sec->size - offset)
		size = sec->size - offset;
	theirs = host_bytes(pl->host, base, size);
	if (theirs && !memcmp(theirs, sec->data + offset, size))
		return true;
	if (is_string && sec->entsize == 1 && theirs)
		*reason = arena_printf(pl->arena, "compiled with %s, the kernel has %s",
				       quote(pl, sec->data + offset, sec->size - offset),
				       quote(pl, theirs, host_bytes_left(pl->host, base, &theirs)));
	else
		*reason =
			arena_printf(pl->arena, "refers to a constant of %s that the kernel does not have", sec->name);
	return false;
}

/* Would the section fit in the host if it began there? */
static bool is_possible_base(const struct proof *pl, uint32_t sec, struct place base)
{
	const uint8_t *bytes;
	uint64_t left = host_bytes_left(pl->host, base, &bytes);

	return left >= pl->obj->secs[sec].size && (!left || !elf_sec_is_text(&pl->obj->secs[sec]) || bytes);
}

/* May the name be that of what is at the place? */
static bool is_named(const struct host *host, const char *name, struct place at)
{
	return host_has_name(host, name, at) ||
	       (!host->is_module && !host_has_symbol(host, name) && is_hidden_by_kallsyms(name));
}

static bool follow_defined(struct proof *pl, const struct elf_rela *rela, struct place base, bool commit,
			   const char **reason)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];
	const struct elf_sec *sec = &pl->obj->secs[sym->shndx];
	struct place start = {base.shndx, base.offset - sym->value};

	if (!(sec->flags & SHF_ALLOC)) {
		*reason = arena_printf(pl->arena, "refers to %s, which is not in a kernel", sec->name);
		return false;
	}
	if (sec->flags & SHF_MERGE)
		return same_entry(pl, rela, base, reason);
	if (sym->bind == STB_WEAK) {
		if (is_named(pl->host, sym->name, base) && bind_spot(&pl->syms[rela->sym], base, commit))
			return true;
	} else if ((pl->secs[sym->shndx].state != SPOT_UNKNOWN || is_possible_base(pl, sym->shndx, start)) &&
		   bind_spot(&pl->secs[sym->shndx], start, commit)) {
		return true;
	}
	*reason = arena_printf(pl->arena, "refers to %s, the kernel to %s", describe_symbol(pl, rela),
			       describe(pl, base));
	return false;
}

static bool follow_undefined(struct proof *pl, const struct elf_rela *rela, struct place base, bool commit,
			     const char **reason)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];

	if (sym->bind == STB_WEAK && !pl->host->is_module && !base.offset)
		return true;
	if (is_named(pl->host, sym->name, base) && bind_spot(&pl->syms[rela->sym], base, commit))
		return true;
	*reason = arena_printf(pl->arena, "refers to %s, the kernel to %s", sym->name, describe(pl, base));
	return false;
}

/* A number that was given a name, or none. */
static bool follow_absolute(const struct proof *pl, const struct elf_rela *rela, struct place base, const char **reason)
{
	if (!pl->host->is_module && base.offset == pl->obj->syms[rela->sym].value)
		return true;
	*reason = arena_printf(pl->arena, "refers to the address %#lx, the kernel to %s",
			       (unsigned long)pl->obj->syms[rela->sym].value, describe(pl, base));
	return false;
}

static bool follow_rela(struct proof *pl, const struct elf_rela *rela, struct place at, bool commit,
			const char **reason)
{
	const struct elf_sym *sym = &pl->obj->syms[rela->sym];
	const struct arch_reloc *reloc = pl->obj->arch->reloc(rela->type);
	const char *name = NULL;
	struct place base;

	if (!reloc->known) {
		*reason = arena_printf(pl->arena, "has a relocation of an unknown type, %s", reloc->name);
		return false;
	}
	if (!reloc->size)
		return true;
	switch (host_read_field(pl->host, at, rela, &base, &name)) {
	case HOST_FIELD_NONE:
		*reason = arena_printf(pl->arena, "refers to %s, the kernel does not", describe_symbol(pl, rela));
		return false;
	case HOST_FIELD_EXTERNAL:
		if (elf_sym_is_undefined(sym) && !strcmp(sym->name, name))
			return true;
		*reason = arena_printf(pl->arena, "refers to %s, the kernel to %s", describe_symbol(pl, rela), name);
		return false;
	case HOST_FIELD_PLACE:
		break;
	}
	if (!rela->sym || sym->shndx == ELF_SHN_ABS)
		return follow_absolute(pl, rela, base, reason);
	if (elf_sym_is_undefined(sym) || sym->shndx == ELF_SHN_COMMON)
		return follow_undefined(pl, rela, base, commit, reason);
	return follow_defined(pl, rela, base, commit, reason);
}

/* Has the object a relocation that writes something at this offset? */
static bool has_rela(const struct proof *pl, uint32_t s, uint64_t offset)
{
	const struct relas *relas = &pl->relas[s];
	uint32_t i = relas_first(relas, offset);

	return i < relas->n && relas->v[i]->offset == offset;
}

/* A reference of the module where the object has none: both have zeros there. */
static bool has_no_other(const struct proof *pl, uint32_t s, struct place base, uint64_t start, uint64_t end,
			 uint64_t *where, const char **reason)
{
	const struct place at = {base.shndx, base.offset + start};
	const struct elf_rela **theirs;
	uint32_t n;

	theirs = host_relas(pl->host, at, end - start, &n);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t offset = theirs[i]->offset - base.offset;

		if (has_rela(pl, s, offset))
			continue;
		*where = offset;
		*reason = arena_printf(pl->arena, "refers to nothing, the kernel to %s",
				       pl->host->elf->syms[theirs[i]->sym].name);
		return false;
	}
	return true;
}

bool follow_range(struct proof *pl, uint32_t s, struct place base, uint64_t start, uint64_t end, bool commit,
		  uint64_t *where, const char **reason)
{
	const struct relas *relas = &pl->relas[s];
	bool agree = true;

	for (uint32_t i = relas_first(relas, start); i < relas->n && relas->v[i]->offset < end; i++) {
		const struct elf_rela *rela = relas->v[i];
		struct place at = {base.shndx, base.offset + rela->offset};
		const char *text = NULL;

		if (follow_rela(pl, rela, at, commit, &text))
			continue;
		if (agree) {
			*where = rela->offset;
			*reason = text;
		}
		agree = false;
		if (!commit)
			break;
	}
	return agree && has_no_other(pl, s, base, start, end, where, reason);
}
