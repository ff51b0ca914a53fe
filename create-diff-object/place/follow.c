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

static const char *quote(const struct base_check *check, const uint8_t *bytes, uint64_t n)
{
	char text[MAX_QUOTED * QUOTE_CHAR + 8];

	quote_text(bytes, n, MAX_QUOTED, text, sizeof(text));
	return arena_strdup(check->arena, text);
}

/* A way to say where a place is. */
static const char *describe(const struct base_check *check, struct address at)
{
	const struct symtab *tab = check->target->symtab;
	uint32_t i = symtab_find_addr(tab, at.shndx, at.offset);

	if (i != SYMTAB_NONE)
		return tab->syms[tab->by_addr[i]].name;
	if (check->target->is_module && at.shndx < check->target->elf->nsecs)
		return arena_printf(check->arena, "%s+%#lx", check->target->elf->secs[at.shndx].name,
				    (unsigned long)at.offset);
	return arena_printf(check->arena, "%#lx", (unsigned long)at.offset);
}

static const char *describe_symbol(const struct base_check *check, const struct elf_rela *rela)
{
	const struct elf_sym *sym = &check->obj->syms[rela->sym];

	if (elf_sym_is_section(sym) && rela->addend)
		return arena_printf(check->arena, "%s+%#lx", sym->name, (unsigned long)rela->addend);
	return sym->name;
}

/*
 * Without the base check the run goes on after a contradiction. What two references disagree about then has no place,
 * unless its own bytes gave it one.
 */
static bool bind_address(struct known_address *known, struct address at, bool commit)
{
	if (known->state == ADDRESS_UNKNOWN && commit)
		*known = (struct known_address){.state = ADDRESS_KNOWN, .by_reference = true, .at = at};
	if (known->state == ADDRESS_KNOWN && !address_equal(known->at, at)) {
		if (commit && known->by_reference)
			known->state = ADDRESS_CONFLICT;
		return false;
	}
	return known->state != ADDRESS_CONFLICT;
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
static bool same_entry(const struct base_check *check, const struct elf_rela *rela, struct address base,
		       const char **reason)
{
	const struct elf_sym *sym = &check->obj->syms[rela->sym];
	const struct elf_sec *sec = &check->obj->secs[sym->shndx];
	bool is_section = elf_sym_is_section(sym), is_string = sec->flags & SHF_STRINGS;
	uint64_t offset = sym->value, size;
	const uint8_t *theirs;

	if (is_section) {
		if (check->obj->arch->reloc(rela->type)->pc_relative) {
			*reason =
				arena_printf(check->arena, "refers into %s in a way that can't be followed", sec->name);
			return false;
		}
		offset = (uint64_t)rela->addend;
		base.offset += offset;
	}
	if (!sec->data || offset >= sec->size) {
		*reason = arena_printf(check->arena, "refers outside of %s", sec->name);
		return false;
	}
	size = entry_size(sec, offset);
	if (size > sec->size - offset)
		size = sec->size - offset;
	theirs = target_bytes(check->target, base, size);
	if (theirs && !memcmp(theirs, sec->data + offset, size))
		return true;
	if (is_string && sec->entsize == 1 && theirs)
		*reason = arena_printf(check->arena, "compiled with %s, the kernel has %s",
				       quote(check, sec->data + offset, sec->size - offset),
				       quote(check, theirs, target_bytes_left(check->target, base, &theirs)));
	else
		*reason = arena_printf(check->arena, "refers to a constant of %s that the kernel does not have",
				       sec->name);
	return false;
}

/* Would the section fit in the target if it began there? */
static bool is_possible_base(const struct base_check *check, uint32_t sec, struct address base)
{
	const uint8_t *bytes;
	uint64_t left = target_bytes_left(check->target, base, &bytes);

	return left >= check->obj->secs[sec].size && (!left || !elf_sec_is_text(&check->obj->secs[sec]) || bytes);
}

/* May the name be that of what is at the place? */
static bool is_named(const struct target *target, const char *name, struct address at)
{
	return target_has_name(target, name, at) ||
	       (!target->is_module && !target_has_symbol(target, name) && is_hidden_by_kallsyms(name));
}

static bool follow_defined(struct base_check *check, const struct elf_rela *rela, struct address base, bool commit,
			   const char **reason)
{
	const struct elf_sym *sym = &check->obj->syms[rela->sym];
	const struct elf_sec *sec = &check->obj->secs[sym->shndx];
	struct address start = {base.shndx, base.offset - sym->value};

	if (!(sec->flags & SHF_ALLOC)) {
		*reason = arena_printf(check->arena, "refers to %s, which is not in a kernel", sec->name);
		return false;
	}
	if (sec->flags & SHF_MERGE)
		return same_entry(check, rela, base, reason);
	if (sym->bind == STB_WEAK) {
		if (is_named(check->target, sym->name, base) && bind_address(&check->syms[rela->sym], base, commit))
			return true;
	} else if ((check->secs[sym->shndx].state != ADDRESS_UNKNOWN || is_possible_base(check, sym->shndx, start)) &&
		   bind_address(&check->secs[sym->shndx], start, commit)) {
		return true;
	}
	*reason = arena_printf(check->arena, "refers to %s, the kernel to %s", describe_symbol(check, rela),
			       describe(check, base));
	return false;
}

static bool follow_undefined(struct base_check *check, const struct elf_rela *rela, struct address base, bool commit,
			     const char **reason)
{
	const struct elf_sym *sym = &check->obj->syms[rela->sym];

	if (sym->bind == STB_WEAK && !check->target->is_module && !base.offset)
		return true;
	if (is_named(check->target, sym->name, base) && bind_address(&check->syms[rela->sym], base, commit))
		return true;
	*reason = arena_printf(check->arena, "refers to %s, the kernel to %s", sym->name, describe(check, base));
	return false;
}

/* A number that was given a name, or none. */
static bool follow_absolute(const struct base_check *check, const struct elf_rela *rela, struct address base,
			    const char **reason)
{
	if (!check->target->is_module && base.offset == check->obj->syms[rela->sym].value)
		return true;
	*reason = arena_printf(check->arena, "refers to the address %#lx, the kernel to %s",
			       (unsigned long)check->obj->syms[rela->sym].value, describe(check, base));
	return false;
}

static bool follow_rela(struct base_check *check, const struct elf_rela *rela, struct address at, bool commit,
			const char **reason)
{
	const struct elf_sym *sym = &check->obj->syms[rela->sym];
	const struct arch_reloc *reloc = check->obj->arch->reloc(rela->type);
	const char *name = NULL;
	struct address base;

	if (!reloc->known) {
		*reason = arena_printf(check->arena, "has a relocation of an unknown type, %s", reloc->name);
		return false;
	}
	if (!reloc->size)
		return true;
	switch (target_read_field(check->target, at, rela, &base, &name)) {
	case TARGET_FIELD_NONE:
		*reason = arena_printf(check->arena, "refers to %s, the kernel does not", describe_symbol(check, rela));
		return false;
	case TARGET_FIELD_EXTERNAL:
		if (elf_sym_is_undefined(sym) && !strcmp(sym->name, name))
			return true;
		*reason = arena_printf(check->arena, "refers to %s, the kernel to %s", describe_symbol(check, rela),
				       name);
		return false;
	case TARGET_FIELD_ADDRESS:
		break;
	}
	if (!rela->sym || sym->shndx == ELF_SHN_ABS)
		return follow_absolute(check, rela, base, reason);
	if (elf_sym_is_undefined(sym) || sym->shndx == ELF_SHN_COMMON)
		return follow_undefined(check, rela, base, commit, reason);
	return follow_defined(check, rela, base, commit, reason);
}

/* Has the object a relocation that writes something at this offset? */
static bool has_rela(const struct base_check *check, uint32_t s, uint64_t offset)
{
	const struct relas *relas = &check->relas[s];
	uint32_t i = relas_first(relas, offset);

	return i < relas->n && relas->v[i]->offset == offset;
}

/* A reference of the module where the object has none: both have zeros there. */
static bool has_no_other(const struct base_check *check, uint32_t s, struct address base, uint64_t start, uint64_t end,
			 uint64_t *where, const char **reason)
{
	const struct address at = {base.shndx, base.offset + start};
	const struct elf_rela **theirs;
	uint32_t n;

	theirs = target_relas(check->target, at, end - start, &n);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t offset = theirs[i]->offset - base.offset;

		if (has_rela(check, s, offset))
			continue;
		*where = offset;
		*reason = arena_printf(check->arena, "refers to nothing, the kernel to %s",
				       check->target->elf->syms[theirs[i]->sym].name);
		return false;
	}
	return true;
}

bool follow_range(struct base_check *check, uint32_t s, struct address base, uint64_t start, uint64_t end, bool commit,
		  uint64_t *where, const char **reason)
{
	const struct relas *relas = &check->relas[s];
	bool agree = true;

	for (uint32_t i = relas_first(relas, start); i < relas->n && relas->v[i]->offset < end; i++) {
		const struct elf_rela *rela = relas->v[i];
		struct address at = {base.shndx, base.offset + rela->offset};
		const char *text = NULL;

		if (follow_rela(check, rela, at, commit, &text))
			continue;
		if (agree) {
			*where = rela->offset;
			*reason = text;
		}
		agree = false;
		if (!commit)
			break;
	}
	return agree && has_no_other(check, s, base, start, end, where, reason);
}
