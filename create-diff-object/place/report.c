// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message, about the first difference: whoever sees it wants to know which function to look at, and whether
 * nearly all is equal (a patch is missing) or hardly anything (another compiler).
 */
#include "place/report.h"

#include <stdio.h>

#include "arch/arch.h"
#include "place/match.h"
#include "util/arena.h"

static const char *hex(struct base_check *check, const uint8_t *bytes, uint64_t n)
{
	char *text = arena_alloc(check->arena, n * 3 + 1);

	for (uint64_t i = 0; i < n; i++)
		snprintf(text + i * 3, 4, i + 1 < n ? "%02x " : "%02x", bytes[i]);
	return text;
}

/* The instruction that holds a byte of a function: its offset and length. */
static void find_instruction(const struct base_check *check, const struct place_func *func, uint64_t where,
			     uint64_t *start, uint64_t *length)
{
	const struct elf_sec *sec = &check->obj->secs[func->sec];
	struct arch_insn insn;

	for (uint64_t at = func->start; at < func->end; at += insn.length) {
		if (!check->obj->arch->decode(sec->data, sec->size, at, &insn) || !insn.length)
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

/* How many of these bytes there are up to the last that differs; relocated fields don't count. */
static uint64_t up_to_last_difference(const struct base_check *check, uint32_t s, uint64_t start, uint64_t length)
{
	uint64_t n = 1, where, at = start;

	while (at < start + length && !match_bytes(check, s, check->secs[s].at, at, start + length, &where)) {
		n = where + 1 - start;
		at = where + 1;
	}
	return n;
}

static const char *describe_bytes(struct base_check *check, uint32_t s, uint64_t start, uint64_t length)
{
	const struct elf_sec *sec = &check->obj->secs[s];
	struct address at = {check->secs[s].at.shndx, check->secs[s].at.offset + start};
	const uint8_t *theirs = target_bytes(check->target, at, length);

	if (!theirs)
		return arena_printf(check->arena, "the kernel's %s ends before", sec->name);
	if (!sec->data)
		return arena_printf(check->arena, "compiled as zeros, kernel has %s", hex(check, theirs, length));
	length = up_to_last_difference(check, s, start, length);
	return arena_printf(check->arena, "compiled %s, kernel has %s", hex(check, sec->data + start, length),
			    hex(check, theirs, length));
}

#define HINT "the source, config or compiler differs from the one the kernel was built with"

static void report_function(struct base_check *check, const struct place_func *func, enum diag_level level,
			    struct diag *diag)
{
	const char *name = check->obj->syms[func->sym].name, *what = func->reason;
	uint64_t start, length;

	if (func->state == FUNC_UNSEEN && check->secs[func->sec].naddresses > 1) {
		diag_report(
			diag, level, RULE_BASE_DIFFERS, check->obj->path, name,
			"%s has this code at %u addresses, and nothing tells which is meant; --skip-base-check goes on without one (%u of %u functions match)",
			check->target->name, check->secs[func->sec].naddresses, check->nmatched, check->ntotal);
		return;
	}
	if (func->state == FUNC_UNSEEN) {
		diag_report(diag, level, RULE_BASE_DIFFERS, check->obj->path, name,
			    "%s has no code like this; " HINT " (%u of %u functions match)", check->target->name,
			    check->nmatched, check->ntotal);
		return;
	}
	find_instruction(check, func, func->where, &start, &length);
	if (!what)
		what = describe_bytes(check, func->sec, start, length);
	diag_report(diag, level, RULE_BASE_DIFFERS, check->obj->path,
		    arena_printf(check->arena, "%s+%#lx", name, (unsigned long)(start - func->start)),
		    "%s; " HINT " (%u of %u functions match)", what, check->nmatched, check->ntotal);
}

/* "sysctl_table+0x8" for a byte of a section, or ".data+0x48" if no object is there. */
static const char *describe_variable(struct base_check *check, uint32_t sec, uint64_t where)
{
	for (uint32_t i = 1; i < check->obj->nsyms; i++) {
		const struct elf_sym *sym = &check->obj->syms[i];

		if (sym->shndx == sec && !elf_sym_is_section(sym) && *sym->name && where >= sym->value &&
		    where - sym->value < sym->size)
			return arena_printf(check->arena, "%s+%#lx", sym->name, (unsigned long)(where - sym->value));
	}
	return arena_printf(check->arena, "%s+%#lx", check->obj->secs[sec].name, (unsigned long)where);
}

static void report_diff(struct base_check *check, const struct place_diff *diff, enum diag_level level,
			struct diag *diag)
{
	const char *what = diff->reason ? diff->reason : describe_bytes(check, diff->sec, diff->where, 1);

	if (check->ntotal)
		diag_report(diag, level, RULE_BASE_DIFFERS, check->obj->path,
			    describe_variable(check, diff->sec, diff->where), "%s; " HINT " (all %u functions match)",
			    what, check->ntotal);
	else
		diag_report(diag, level, RULE_BASE_DIFFERS, check->obj->path,
			    describe_variable(check, diff->sec, diff->where), "%s; " HINT, what);
}

/* One message, for the first function that differs; data is looked at only if the code that uses it is the same. */
void report_base_check(struct base_check *check, enum diag_level level, struct diag *diag)
{
	const struct place_func *first = NULL;

	for (uint32_t i = 0; i < check->nfuncs; i++) {
		const struct place_func *func = &check->funcs[i];

		check->ntotal++;
		if (func->state == FUNC_MATCHES)
			check->nmatched++;
		else if (!first || (first->state == FUNC_UNSEEN && func->state == FUNC_DIFFERS))
			first = func;
	}
	if (first)
		report_function(check, first, level, diag);
	else if (check->ndiffs)
		report_diff(check, &check->diffs[0], level, diag);
}
