// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the base check: text sections by name and bytes; what their code refers to, on and on until nothing new
 * is found; then what is left over, by name alone, where the names leave one answer; and at the end the cross-check
 * of every name, and of the sizes that the target tells, with its symbols.
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
static void set_base(struct base_check *check, uint32_t sec, struct address base)
{
	check->secs[sec].state = ADDRESS_KNOWN;
	check->secs[sec].at = base;
}

/* Compares the bytes of the functions of a placed section. */
static void compare_functions(struct base_check *check, uint32_t sec)
{
	for (uint32_t i = 0; i < check->nfuncs; i++) {
		struct place_func *func = &check->funcs[i];
		uint64_t where;

		if (func->sec != sec || func->state != FUNC_UNSEEN)
			continue;
		if (match_bytes(check, sec, check->secs[sec].at, func->start, func->end, &where))
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
static void compare_data(struct base_check *check, uint32_t sec)
{
	struct address base = check->secs[sec].at;
	const char *reason = NULL;
	uint64_t where;

	if (has_fixed_bytes(&check->obj->secs[sec]) &&
	    !match_bytes(check, sec, base, 0, check->obj->secs[sec].size, &where))
		base_check_add_diff(check, sec, where, NULL);
	else if (!follow_range(check, sec, base, 0, check->obj->secs[sec].size, true, &where, &reason))
		base_check_add_diff(check, sec, where, reason);
}

/* Code between the functions: assembly that is not typed, replacement instructions, padding. */
static void compare_gap(struct base_check *check, uint32_t sec, uint64_t start, uint64_t end, bool *differs)
{
	struct address base = check->secs[sec].at;
	const char *reason = NULL;
	uint64_t where;

	if (start >= end || *differs)
		return;
	if (match_bytes(check, sec, base, start, end, &where) &&
	    follow_range(check, sec, base, start, end, true, &where, &reason))
		return;
	base_check_add_diff(check, sec, where, reason);
	*differs = true;
}

static void compare_gaps(struct base_check *check, uint32_t sec)
{
	uint64_t at = 0;
	bool differs = false;

	for (uint32_t i = 0; i < check->nfuncs; i++) {
		if (check->funcs[i].sec != sec)
			continue;
		compare_gap(check, sec, at, check->funcs[i].start, &differs);
		if (check->funcs[i].end > at)
			at = check->funcs[i].end;
	}
	compare_gap(check, sec, at, check->obj->secs[sec].size, &differs);
}

/* Follows the relocations of a placed section; of code only those of functions that match. */
static void follow_section(struct base_check *check, uint32_t sec)
{
	struct address base = check->secs[sec].at;
	const char *reason;
	uint64_t where;

	check->secs[sec].followed = true;
	if (!elf_sec_is_text(&check->obj->secs[sec])) {
		compare_data(check, sec);
		return;
	}
	compare_functions(check, sec);
	for (uint32_t i = 0; i < check->nfuncs; i++) {
		struct place_func *func = &check->funcs[i];

		if (func->sec == sec && func->state == FUNC_MATCHES &&
		    !follow_range(check, sec, base, func->start, func->end, true, &where, &reason))
			set_differs(func, where, reason);
	}
	compare_gaps(check, sec);
}

static void follow_all(struct base_check *check)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t s = 1; s < check->obj->nsecs; s++) {
			if (check->secs[s].state != ADDRESS_KNOWN || check->secs[s].followed)
				continue;
			follow_section(check, s);
			again = true;
		}
	}
}

/* Drops the bases at which some relocation contradicts what is known; *bases keeps the rest. */
static void drop_contradicted(struct base_check *check, uint32_t sec, address_vec *bases)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < bases->n; i++) {
		const char *reason;
		uint64_t where;

		if (follow_range(check, sec, bases->v[i], 0, check->obj->secs[sec].size, false, &where, &reason))
			bases->v[n++] = bases->v[i];
	}
	bases->n = n;
}

static bool has_functions(const struct base_check *check, uint32_t sec)
{
	for (uint32_t i = 0; i < check->nfuncs; i++)
		if (check->funcs[i].sec == sec)
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
static bool place_text(struct base_check *check, enum round round)
{
	bool any = false;

	for (uint32_t s = 1; s < check->obj->nsecs; s++) {
		address_vec bases = {0};
		bool complete;

		if (check->secs[s].state != ADDRESS_UNKNOWN || !has_functions(check, s))
			continue;
		match_find_bases(check, s, &bases, &complete);
		if (complete && round == ROUND_CONSISTENT)
			drop_contradicted(check, s, &bases);
		check->secs[s].naddresses = complete ? bases.n : 0;
		if (bases.n == 1 && (complete || round == ROUND_PARTIAL)) {
			set_base(check, s, bases.v[0]);
			any = true;
		}
		vec_free(&bases);
	}
	return any;
}

/* Data that no code refers to (an initcall's table, a module parameter): by name, where one place fits. */
static bool place_data_by_name(struct base_check *check)
{
	bool any = false;

	for (uint32_t s = 1; s < check->obj->nsecs; s++) {
		const struct elf_sec *sec = &check->obj->secs[s];
		address_vec bases = {0};

		if (check->secs[s].state != ADDRESS_UNKNOWN || !(sec->flags & SHF_ALLOC) || (sec->flags & SHF_MERGE) ||
		    !sec->size || has_functions(check, s))
			continue;
		match_find_data_bases(check, s, &bases);
		drop_contradicted(check, s, &bases);
		if (bases.n == 1) {
			set_base(check, s, bases.v[0]);
			any = true;
		}
		vec_free(&bases);
	}
	return any;
}

/* ---- cross-checks ---- */

/*
 * The record of a symbol that is at this place, also one that the running kernel does not keep (.init.text of a
 * module); NULL if the target has another name there, or none.
 */
static const struct symtab_sym *find_any_record(const struct base_check *check, uint32_t index, struct address at)
{
	const struct symtab *tab = check->target->symtab;
	uint32_t id = base_check_find_record(check, index, at);

	if (id != SYMTAB_NONE)
		return &tab->syms[id];
	for (uint32_t i = 0; check->target->is_module && i < tab->nsyms; i++) {
		const struct symtab_sym *record = &tab->syms[i];

		if (record->shndx == at.shndx && record->addr == at.offset &&
		    sym_name_same_base(record->name, check->obj->syms[index].name))
			return record;
	}
	return NULL;
}

/* Is this the symbol's own place, not that of another object's symbol which has replaced it? */
static bool is_in_section(const struct base_check *check, uint32_t index, struct address at)
{
	const struct elf_sym *sym = &check->obj->syms[index];
	const struct known_address *known = &check->secs[sym->shndx];

	return known->state == ADDRESS_KNOWN &&
	       address_equal(at, (struct address){known->at.shndx, known->at.offset + sym->value});
}

/* What is wrong with the name of a symbol, or its size where the target tells one; NULL: nothing. */
static const char *check_symbol(const struct base_check *check, uint32_t index)
{
	const struct elf_sym *sym = &check->obj->syms[index];
	const struct symtab_sym *record;
	struct address at;

	if (!elf_sym_has_section(sym) || elf_sym_is_section(sym) || !*sym->name || is_prefix_symbol(sym->name) ||
	    is_hidden_by_kallsyms(sym->name) || !base_check_find_symbol(check, index, &at))
		return NULL;
	record = find_any_record(check, index, at);
	/* It may have lost against another object's, which the name belongs to then. */
	if (sym->bind == STB_WEAK && target_has_symbol(check->target, sym->name) &&
	    !(record && is_in_section(check, index, at)))
		return NULL;
	if (!record)
		return arena_printf(check->arena, "the kernel has no %s at this address", sym->name);
	if (record->size && sym->size && record->size != sym->size)
		return arena_printf(check->arena, "%s has %lu bytes, in the kernel %lu", sym->name,
				    (unsigned long)sym->size, (unsigned long)record->size);
	return NULL;
}

/* The target must know what is placed under its name, where it is placed. */
static void check_names(struct base_check *check)
{
	for (uint32_t i = 1; i < check->obj->nsyms; i++) {
		const struct elf_sym *sym = &check->obj->syms[i];
		const char *reason = check_symbol(check, i);
		uint32_t func;

		if (!reason)
			continue;
		func = match_find_func(check, sym->shndx, sym->value);
		if (func != UINT32_MAX)
			set_differs(&check->funcs[func], sym->value, reason);
		else
			base_check_add_diff(check, sym->shndx, sym->value, reason);
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
static void check_places(struct base_check *check)
{
	for (uint32_t s = 1; s < check->obj->nsecs; s++) {
		const struct elf_sec *sec = &check->obj->secs[s];
		enum sec_class class = sec_classify(sec);

		if (!(sec->flags & SHF_ALLOC) || !sec->size || check->secs[s].state == ADDRESS_KNOWN ||
		    class == SEC_IGNORED || has_functions(check, s))
			continue;
		if (elf_sec_is_text(sec))
			base_check_add_diff(check, s, 0,
					    arena_printf(check->arena,
							 "%s has no such code, or its address can't be told",
							 check->target->name));
		else if (class == SEC_DATA && has_symbols(check->obj, s))
			base_check_add_diff(check, s, 0,
					    arena_printf(check->arena,
							 "%s has no such data, or its address can't be told",
							 check->target->name));
	}
}

int place_object(const struct elf_obj *obj, const struct target *target, bool insist, struct base_check **result,
		 struct diag *diag)
{
	struct arena *arena = arena_new();
	struct base_check *check = arena_alloc(arena, sizeof(*check));

	check->arena = arena;
	check->obj = obj;
	check->target = target;
	check->secs = arena_array(arena, struct known_address, obj->nsecs);
	check->syms = arena_array(arena, struct known_address, obj->nsyms);
	check->diffs = arena_array(arena, struct place_diff, obj->nsecs);
	match_index_object(check);
	for (enum round round = 0; round < NROUNDS; round++) {
		do {
			follow_all(check);
		} while (place_text(check, round));
	}
	while (place_data_by_name(check))
		follow_all(check);
	if (tables_follow(check))
		follow_all(check);
	check_places(check);
	check_names(check);
	report_base_check(check, insist ? DIAG_DIFFERS : DIAG_WARNING, diag);
	*result = check;
	return insist ? diag_checkpoint(diag) : 0;
}
