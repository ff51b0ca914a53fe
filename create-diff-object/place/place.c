// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the proof: text sections by name and bytes; what their code refers to, on and on until nothing new
 * is found; then what is left over, by name alone, where the names leave one answer; and at the end the cross-check
 * of every name against the host's symbols.
 */
#include "place/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/names.h"
#include "place/follow.h"
#include "place/match.h"
#include "util/arena.h"
#include "util/diag.h"

static void set_differs(struct place_func *func, uint64_t where, const char *reason)
{
	if (func->state == FUNC_DIFFERS)
		return;
	func->state = FUNC_DIFFERS;
	func->where = where;
	func->reason = reason;
}

/* The section begins at base: compare its functions there. */
static void set_base(struct proof *pl, uint32_t sec, struct place base)
{
	pl->secs[sec].state = SPOT_PLACED;
	pl->secs[sec].at = base;
}

static void compare_functions(struct proof *pl, uint32_t sec)
{
	for (uint32_t i = 0; i < pl->nfuncs; i++) {
		struct place_func *func = &pl->funcs[i];
		uint64_t where;

		if (func->sec != sec || func->state != FUNC_UNSEEN)
			continue;
		if (match_bytes(pl, sec, pl->secs[sec].at, func->start, func->end, &where))
			func->state = FUNC_MATCHES;
		else
			set_differs(func, where, NULL);
	}
}

/* Initial data must be the same too, where nothing but the linker writes it: tables are sorted and filled later. */
static void compare_data(struct proof *pl, uint32_t sec)
{
	struct place base = pl->secs[sec].at;
	const char *reason = NULL;
	uint64_t where;

	if (sec_classify(&pl->obj->secs[sec]) == SEC_DATA &&
	    !match_bytes(pl, sec, base, 0, pl->obj->secs[sec].size, &where))
		pl->data_diffs[pl->ndata_diffs++] = (struct place_data_diff){sec, where, NULL};
	else if (!follow_range(pl, sec, base, 0, pl->obj->secs[sec].size, true, &where, &reason))
		pl->data_diffs[pl->ndata_diffs++] = (struct place_data_diff){sec, where, reason};
}

/* Follows the relocations of a placed section; of code only those of functions that match. */
static void follow_section(struct proof *pl, uint32_t sec)
{
	struct place base = pl->secs[sec].at;
	const char *reason;
	uint64_t where;

	pl->secs[sec].followed = true;
	if (!elf_sec_is_text(&pl->obj->secs[sec])) {
		compare_data(pl, sec);
		return;
	}
	compare_functions(pl, sec);
	for (uint32_t i = 0; i < pl->nfuncs; i++) {
		struct place_func *func = &pl->funcs[i];

		if (func->sec == sec && func->state == FUNC_MATCHES &&
		    !follow_range(pl, sec, base, func->start, func->end, true, &where, &reason))
			set_differs(func, where, reason);
	}
}

static void follow_all(struct proof *pl)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
			if (pl->secs[s].state != SPOT_PLACED || pl->secs[s].followed)
				continue;
			follow_section(pl, s);
			again = true;
		}
	}
}

/* Drops the bases at which some relocation contradicts what is known; *bases keeps the rest. */
static void drop_contradicted(struct proof *pl, uint32_t sec, place_vec *bases)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < bases->n; i++) {
		const char *reason;
		uint64_t where;

		if (follow_range(pl, sec, bases->v[i], 0, pl->obj->secs[sec].size, false, &where, &reason))
			bases->v[n++] = bases->v[i];
	}
	bases->n = n;
}

static bool has_functions(const struct proof *pl, uint32_t sec)
{
	for (uint32_t i = 0; i < pl->nfuncs; i++)
		if (pl->funcs[i].sec == sec)
			return true;
	return false;
}

/* Which round of place_text() it is: each takes weaker evidence than the one before. */
enum round {
	ROUND_ONE_COMPLETE, /* all functions match at one place only */
	ROUND_CONSISTENT,   /* they match at several, but one of them agrees with the rest of the object */
	ROUND_PARTIAL,      /* some functions match at one place */
	NROUNDS,
};

/* Places text sections that are not placed yet. Returns whether it did any. */
static bool place_text(struct proof *pl, enum round round)
{
	bool any = false;

	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		place_vec bases = {0};
		bool complete;

		if (pl->secs[s].state != SPOT_UNKNOWN || !has_functions(pl, s))
			continue;
		match_find_bases(pl, s, &bases, &complete);
		if (complete && round == ROUND_CONSISTENT)
			drop_contradicted(pl, s, &bases);
		pl->secs[s].nplaces = complete ? bases.n : 0;
		if (bases.n == 1 && (complete || round == ROUND_PARTIAL)) {
			set_base(pl, s, bases.v[0]);
			any = true;
		}
		vec_free(&bases);
	}
	return any;
}

/* Data that no code refers to (an initcall's table, a module parameter): by name, where one place fits. */
static bool place_data_by_name(struct proof *pl)
{
	bool any = false;

	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		const struct elf_sec *sec = &pl->obj->secs[s];
		place_vec bases = {0};

		if (pl->secs[s].state != SPOT_UNKNOWN || !(sec->flags & SHF_ALLOC) || (sec->flags & SHF_MERGE) ||
		    !sec->size || has_functions(pl, s))
			continue;
		match_find_data_bases(pl, s, &bases);
		drop_contradicted(pl, s, &bases);
		if (bases.n == 1) {
			set_base(pl, s, bases.v[0]);
			any = true;
		}
		vec_free(&bases);
	}
	return any;
}

/* ---- cross-check and report ---- */

/* The host must know a function under its name where the bytes are, if it knows the name at all. */
static void check_names(struct proof *pl)
{
	const struct symtab *tab = pl->host->symtab;

	for (uint32_t i = 0; i < pl->nfuncs; i++) {
		struct place_func *func = &pl->funcs[i];
		const struct elf_sym *sym = &pl->obj->syms[func->sym];
		struct place at;

		if (func->state != FUNC_MATCHES || sym->bind == STB_WEAK || !proof_find_symbol(pl, func->sym, &at))
			continue;
		if (symtab_find(tab, sym->name) != SYMTAB_NONE &&
		    symtab_find_name_at(tab, sym->name, at.shndx, at.offset) == SYMTAB_NONE)
			set_differs(func, func->start,
				    arena_printf(pl->arena, "the kernel has no %s where this code is", sym->name));
	}
}

/* Code that is gone after the start need not be found: nothing can patch it. */
static bool is_insisted_on(const struct proof *pl, const struct place_func *func)
{
	return func->state != FUNC_UNSEEN || sec_classify(&pl->obj->secs[func->sec]) != SEC_INIT;
}

static const char *hex(struct proof *pl, const uint8_t *bytes, uint64_t n)
{
	char *text = arena_alloc(pl->arena, n * 3 + 1);

	for (uint64_t i = 0; i < n; i++)
		snprintf(text + i * 3, 4, i + 1 < n ? "%02x " : "%02x", bytes[i]);
	return text;
}

/* The instruction that holds a byte of a function: its offset and length. */
static void find_instruction(const struct proof *pl, const struct place_func *func, uint64_t where, uint64_t *start,
			     uint64_t *length)
{
	const struct elf_sec *sec = &pl->obj->secs[func->sec];
	struct arch_insn insn;

	for (uint64_t at = func->start; at < func->end; at += insn.length) {
		if (!pl->obj->arch->decode(sec->data, sec->size, at, &insn) || !insn.length)
			break;
		if (where < at + insn.length) {
			*start = at;
			*length = insn.length;
			return;
		}
	}
	*start = where;
	*length = 1;
}

static const char *describe_bytes(struct proof *pl, uint32_t s, uint64_t start, uint64_t length)
{
	const struct elf_sec *sec = &pl->obj->secs[s];
	struct place at = {pl->secs[s].at.shndx, pl->secs[s].at.offset + start};
	const uint8_t *theirs = host_bytes(pl->host, at, length);

	if (!theirs)
		return arena_printf(pl->arena, "the kernel's %s ends before", sec->name);
	return arena_printf(pl->arena, "compiled %s, kernel has %s", hex(pl, sec->data + start, length),
			    hex(pl, theirs, length));
}

#define HINT "the source, config or compiler differs from the one the kernel was built with"

static void report_function(struct proof *pl, const struct place_func *func, enum diag_level level, struct diag *diag)
{
	const char *name = pl->obj->syms[func->sym].name, *what = func->reason;
	uint64_t start, length;

	if (func->state == FUNC_UNSEEN && pl->secs[func->sec].nplaces > 1) {
		diag_report(
			diag, level, pl->obj->path, name,
			"%s has this code at %u places, and nothing tells which is meant (%u of %u functions match); --no-proof goes on without a place for it",
			pl->host->name, pl->secs[func->sec].nplaces, pl->nmatched, pl->ntotal);
		return;
	}
	if (func->state == FUNC_UNSEEN) {
		diag_report(diag, level, pl->obj->path, name,
			    "%s has no code like this (%u of %u functions match); " HINT, pl->host->name, pl->nmatched,
			    pl->ntotal);
		return;
	}
	find_instruction(pl, func, func->where, &start, &length);
	if (!what)
		what = describe_bytes(pl, func->sec, start, length);
	diag_report(diag, level, pl->obj->path,
		    arena_printf(pl->arena, "%s+%#lx", name, (unsigned long)(start - func->start)),
		    "%s (%u of %u functions match); " HINT, what, pl->nmatched, pl->ntotal);
}

/* "sysctl_table+0x8" for a byte of a section, or ".data+0x48" if no object is there. */
static const char *describe_datum(struct proof *pl, uint32_t sec, uint64_t where)
{
	for (uint32_t i = 1; i < pl->obj->nsyms; i++) {
		const struct elf_sym *sym = &pl->obj->syms[i];

		if (sym->shndx == sec && !elf_sym_is_section(sym) && *sym->name && where >= sym->value &&
		    where - sym->value < sym->size)
			return arena_printf(pl->arena, "%s+%#lx", sym->name, (unsigned long)(where - sym->value));
	}
	return arena_printf(pl->arena, "%s+%#lx", pl->obj->secs[sec].name, (unsigned long)where);
}

static void report_data(struct proof *pl, const struct place_data_diff *diff, enum diag_level level, struct diag *diag)
{
	const char *what = diff->reason ? diff->reason : describe_bytes(pl, diff->sec, diff->where, 1);

	diag_report(diag, level, pl->obj->path, describe_datum(pl, diff->sec, diff->where),
		    "%s (data; all %u functions match); " HINT, what, pl->ntotal);
}

/* One message, for the first function that differs; data is looked at only if the code that uses it is proved. */
static void report(struct proof *pl, enum diag_level level, struct diag *diag)
{
	const struct place_func *first = NULL;

	for (uint32_t i = 0; i < pl->nfuncs; i++) {
		const struct place_func *func = &pl->funcs[i];

		if (!is_insisted_on(pl, func))
			continue;
		pl->ntotal++;
		if (func->state == FUNC_MATCHES)
			pl->nmatched++;
		else if (!first || (first->state == FUNC_UNSEEN && func->state == FUNC_DIFFERS))
			first = func;
	}
	if (first)
		report_function(pl, first, level, diag);
	else if (pl->ndata_diffs)
		report_data(pl, &pl->data_diffs[0], level, diag);
}

int place_object(const struct elf_obj *obj, const struct host *host, bool insist, struct proof **result,
		 struct diag *diag)
{
	struct arena *arena = arena_new();
	struct proof *pl = arena_alloc(arena, sizeof(*pl));

	pl->arena = arena;
	pl->obj = obj;
	pl->host = host;
	pl->secs = arena_array(arena, struct spot, obj->nsecs);
	pl->syms = arena_array(arena, struct spot, obj->nsyms);
	pl->data_diffs = arena_array(arena, struct place_data_diff, obj->nsecs);
	match_index_object(pl);
	for (enum round round = 0; round < NROUNDS; round++) {
		do {
			follow_all(pl);
		} while (place_text(pl, round));
	}
	while (place_data_by_name(pl))
		follow_all(pl);
	check_names(pl);
	report(pl, insist ? DIAG_REFUSAL : DIAG_WARNING, diag);
	*result = pl;
	return insist ? diag_checkpoint(diag) : 0;
}

void proof_free(struct proof *pl)
{
	if (pl)
		arena_free(pl->arena);
}

/* ---- results ---- */

bool proof_find_symbol(const struct proof *pl, uint32_t index, struct place *at)
{
	const struct elf_sym *sym = &pl->obj->syms[index];
	const struct spot *spot = &pl->syms[index];

	if (spot->state == SPOT_PLACED) {
		*at = spot->at;
		return true;
	}
	if (!elf_sym_has_section(sym) || (pl->obj->secs[sym->shndx].flags & SHF_MERGE))
		return false;
	spot = &pl->secs[sym->shndx];
	if (spot->state != SPOT_PLACED)
		return false;
	*at = (struct place){spot->at.shndx, spot->at.offset + sym->value};
	return true;
}

uint32_t proof_find_record(const struct proof *pl, uint32_t index, struct place at)
{
	const struct symtab *tab = pl->host->symtab;
	const char *name = pl->obj->syms[index].name;
	uint32_t id = symtab_find_name_at(tab, name, at.shndx, at.offset);

	if (id != SYMTAB_NONE || elf_sym_is_undefined(&pl->obj->syms[index]))
		return id;
	/* A static local or a clone may have got another number: `state.3` here, `state.5` there. */
	for (uint32_t i = symtab_find_addr(tab, at.shndx, at.offset); i < tab->nby_addr; i++) {
		const struct symtab_sym *record = &tab->syms[tab->by_addr[i]];

		if (record->addr != at.offset || (tab->relocatable && record->shndx != at.shndx))
			break;
		if (sym_name_same_base(name, record->name))
			return tab->by_addr[i];
	}
	return SYMTAB_NONE;
}
