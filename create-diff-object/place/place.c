// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the proof: text sections by name and bytes; what their code refers to, on and on until nothing new
 * is found; then what is left over, by name alone, where the names leave one answer; and at the end the cross-check
 * of every name, and of the sizes that the host tells, with its symbols.
 */
#include "place/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/names.h"
#include "place/follow.h"
#include "place/match.h"
#include "place/report.h"
#include "place/tables.h"
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

/* The section begins at base; follow_all() compares it there. */
static void set_base(struct proof *pl, uint32_t sec, struct place base)
{
	pl->secs[sec].state = SPOT_PLACED;
	pl->secs[sec].at = base;
}

/* Compares the bytes of the functions of a placed section. */
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

/* Data that the link takes as it is; it sorts special tables, and fills those of exports. */
static bool has_fixed_bytes(const struct elf_sec *sec)
{
	enum sec_class class = sec_classify(sec);

	return class == SEC_DATA || class == SEC_INIT || class == SEC_TABLE;
}

/* Initial data must be the same too. */
static void compare_data(struct proof *pl, uint32_t sec)
{
	struct place base = pl->secs[sec].at;
	const char *reason = NULL;
	uint64_t where;

	if (has_fixed_bytes(&pl->obj->secs[sec]) && !match_bytes(pl, sec, base, 0, pl->obj->secs[sec].size, &where))
		proof_add_diff(pl, sec, where, NULL);
	else if (!follow_range(pl, sec, base, 0, pl->obj->secs[sec].size, true, &where, &reason))
		proof_add_diff(pl, sec, where, reason);
}

/* Code between the functions: assembly that is not typed, replacement instructions, padding. */
static void compare_gap(struct proof *pl, uint32_t sec, uint64_t start, uint64_t end, bool *differs)
{
	struct place base = pl->secs[sec].at;
	const char *reason = NULL;
	uint64_t where;

	if (start >= end || *differs)
		return;
	if (match_bytes(pl, sec, base, start, end, &where) &&
	    follow_range(pl, sec, base, start, end, true, &where, &reason))
		return;
	proof_add_diff(pl, sec, where, reason);
	*differs = true;
}

static void compare_gaps(struct proof *pl, uint32_t sec)
{
	uint64_t at = 0;
	bool differs = false;

	for (uint32_t i = 0; i < pl->nfuncs; i++) {
		if (pl->funcs[i].sec != sec)
			continue;
		compare_gap(pl, sec, at, pl->funcs[i].start, &differs);
		if (pl->funcs[i].end > at)
			at = pl->funcs[i].end;
	}
	compare_gap(pl, sec, at, pl->obj->secs[sec].size, &differs);
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
	compare_gaps(pl, sec);
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

/* ---- cross-checks ---- */

/*
 * The record of a symbol that is at this place, also one that the running kernel does not keep (.init.text of a
 * module); NULL if the host has another name there, or none.
 */
static const struct symtab_sym *find_any_record(const struct proof *pl, uint32_t index, struct place at)
{
	const struct symtab *tab = pl->host->symtab;
	uint32_t id = proof_find_record(pl, index, at);

	if (id != SYMTAB_NONE)
		return &tab->syms[id];
	for (uint32_t i = 0; pl->host->is_module && i < tab->nsyms; i++) {
		const struct symtab_sym *record = &tab->syms[i];

		if (record->shndx == at.shndx && record->addr == at.offset &&
		    sym_name_same_base(record->name, pl->obj->syms[index].name))
			return record;
	}
	return NULL;
}

/* Is this the symbol's own place, not that of another object's symbol which has replaced it? */
static bool is_in_section(const struct proof *pl, uint32_t index, struct place at)
{
	const struct elf_sym *sym = &pl->obj->syms[index];
	const struct spot *spot = &pl->secs[sym->shndx];

	return spot->state == SPOT_PLACED &&
	       place_equal(at, (struct place){spot->at.shndx, spot->at.offset + sym->value});
}

/* What is wrong with the name of a symbol, or its size where the host tells one; NULL: nothing. */
static const char *check_symbol(const struct proof *pl, uint32_t index)
{
	const struct elf_sym *sym = &pl->obj->syms[index];
	const struct symtab_sym *record;
	struct place at;

	if (!elf_sym_has_section(sym) || elf_sym_is_section(sym) || !*sym->name || is_prefix_symbol(sym->name) ||
	    is_hidden_by_kallsyms(sym->name) || !proof_find_symbol(pl, index, &at))
		return NULL;
	record = find_any_record(pl, index, at);
	/* It may have lost against another object's, which the name belongs to then. */
	if (sym->bind == STB_WEAK && host_has_symbol(pl->host, sym->name) && !(record && is_in_section(pl, index, at)))
		return NULL;
	if (!record)
		return arena_printf(pl->arena, "the kernel has no %s at this address", sym->name);
	if (record->size && sym->size && record->size != sym->size)
		return arena_printf(pl->arena, "%s has %lu bytes, in the kernel %lu", sym->name,
				    (unsigned long)sym->size, (unsigned long)record->size);
	return NULL;
}

/* The host must know what is placed under its name, where it is placed. */
static void check_names(struct proof *pl)
{
	for (uint32_t i = 1; i < pl->obj->nsyms; i++) {
		const struct elf_sym *sym = &pl->obj->syms[i];
		const char *reason = check_symbol(pl, i);
		uint32_t func;

		if (!reason)
			continue;
		func = match_find_func(pl, sym->shndx, sym->value);
		if (func != UINT32_MAX)
			set_differs(&pl->funcs[func], sym->value, reason);
		else
			proof_add_diff(pl, sym->shndx, sym->value, reason);
	}
}

/* Is there a function or an object in the section? */
static bool has_symbols(const struct elf_obj *obj, uint32_t sec)
{
	for (uint32_t i = 1; i < obj->nsyms; i++)
		if (obj->syms[i].shndx == sec &&
		    (elf_sym_is_function(&obj->syms[i]) || obj->syms[i].type == STT_OBJECT))
			return true;
	return false;
}

/* Code without a function in it, and data with a name, must be there as well. */
static void check_places(struct proof *pl)
{
	for (uint32_t s = 1; s < pl->obj->nsecs; s++) {
		const struct elf_sec *sec = &pl->obj->secs[s];
		enum sec_class class = sec_classify(sec);

		if (!(sec->flags & SHF_ALLOC) || !sec->size || pl->secs[s].state == SPOT_PLACED ||
		    class == SEC_IGNORED || has_functions(pl, s))
			continue;
		if (elf_sec_is_text(sec))
			proof_add_diff(pl, s, 0,
				       arena_printf(pl->arena, "%s has no such code, or its address can't be told",
						    pl->host->name));
		else if (class == SEC_DATA && has_symbols(pl->obj, s))
			proof_add_diff(pl, s, 0,
				       arena_printf(pl->arena, "%s has no such data, or its address can't be told",
						    pl->host->name));
	}
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
	pl->diffs = arena_array(arena, struct place_diff, obj->nsecs);
	match_index_object(pl);
	for (enum round round = 0; round < NROUNDS; round++) {
		do {
			follow_all(pl);
		} while (place_text(pl, round));
	}
	while (place_data_by_name(pl))
		follow_all(pl);
	if (tables_follow(pl))
		follow_all(pl);
	check_places(pl);
	check_names(pl);
	report_proof(pl, insist ? DIAG_UNPROVED : DIAG_WARNING, diag);
	*result = pl;
	return insist ? diag_checkpoint(diag) : 0;
}
