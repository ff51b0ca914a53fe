// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names give candidates: if the target has `foo` at address a and the object has it at offset o, the section may
 * begin at a - o. The rarest name gives the fewest, one in most cases; then the bytes of all functions decide.
 */
#include "place/match.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "kernel/names.h"
#include "util/arena.h"
#include "util/search.h"

/* A name that the target has more often than this tells nothing by itself (`__func__.0`, `_rs.1`, ...). */
#define MAX_CANDIDATES 64

static int compare_funcs(const void *a, const void *b)
{
	const struct place_func *fa = a, *fb = b;

	if (fa->sec != fb->sec)
		return fa->sec < fb->sec ? -1 : 1;
	if (fa->start != fb->start)
		return fa->start < fb->start ? -1 : 1;
	return fa->sym < fb->sym ? -1 : fa->sym > fb->sym;
}

static bool is_placeable_func(const struct elf_obj *obj, const struct elf_sym *sym)
{
	/* The padding before a function is typed as one (`__pfx_foo`); nobody can patch it. */
	return elf_sym_is_function(sym) && elf_sym_has_section(sym) && sym->size && !is_prefix_symbol(sym->name) &&
	       elf_sec_is_text(&obj->secs[sym->shndx]) && obj->secs[sym->shndx].data;
}

void match_index_object(struct base_check *check)
{
	const struct elf_obj *obj = check->obj;
	uint32_t n = 0;

	check->relas = arena_array(check->arena, struct relas, obj->nsecs);
	for (uint32_t s = 1; s < obj->nsecs; s++)
		if (obj->secs[s].flags & SHF_ALLOC)
			check->relas[s] = relas_sorted_writing(&obj->secs[s], obj->arch, check->arena);
	check->funcs = arena_array(check->arena, struct place_func, obj->nsyms);
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const struct elf_sym *sym = &obj->syms[i];

		if (is_placeable_func(obj, sym))
			check->funcs[n++] = (struct place_func){
				.sym = i, .sec = sym->shndx, .start = sym->value, .end = sym->value + sym->size};
	}
	qsort(check->funcs, n, sizeof(*check->funcs), compare_funcs);
	/* Aliases (`__x64_sys_read`, `__se_sys_read`) are one function; a size that is too large is cut. */
	for (uint32_t i = 0; i < n; i++) {
		struct place_func *func = &check->funcs[i];

		if (func->end > obj->secs[func->sec].size)
			func->end = obj->secs[func->sec].size;
		if (check->nfuncs && check->funcs[check->nfuncs - 1].sec == func->sec &&
		    check->funcs[check->nfuncs - 1].start == func->start)
			continue;
		check->funcs[check->nfuncs++] = *func;
	}
}

uint32_t match_find_func(const struct base_check *check, uint32_t sec, uint64_t offset)
{
	const struct place_func *funcs = check->funcs;
	uint32_t low =
		lower_bound(check->nfuncs, i, funcs[i].sec < sec || (funcs[i].sec == sec && funcs[i].start <= offset));

	if (!low || check->funcs[low - 1].sec != sec || offset >= check->funcs[low - 1].end)
		return UINT32_MAX;
	return low - 1;
}

/* Are those bits equal that share bytes with the relocated field? */
static bool equal_beside_field(const struct base_check *check, const struct elf_rela *rela, const uint8_t *ours,
			       const uint8_t *theirs, uint64_t end, uint64_t *where)
{
	const struct arch_ops *arch = check->obj->arch;
	const struct arch_reloc *reloc = arch->reloc(rela->type);

	for (uint64_t i = 0; i < reloc->size && rela->offset + i < end; i++) {
		uint64_t at = rela->offset + i;

		if (!((ours[at] ^ theirs[at]) & arch_kept_bits(arch, reloc, i)))
			continue;
		*where = at;
		return false;
	}
	return true;
}

static bool equal_run(const uint8_t *ours, const uint8_t *theirs, uint64_t from, uint64_t to, uint64_t *where)
{
	if (from >= to || !memcmp(ours + from, theirs + from, to - from))
		return true;
	while (ours[from] == theirs[from])
		from++;
	*where = from;
	return false;
}

/* Is this what a section without bytes becomes: nothing, or zeros where the link put it among sections with bytes? */
static bool are_zeros(const uint8_t *theirs, uint64_t n, uint64_t start, uint64_t *where)
{
	for (uint64_t i = 0; theirs && i < n; i++) {
		if (!theirs[i])
			continue;
		*where = start + i;
		return false;
	}
	return true;
}

bool match_bytes(const struct base_check *check, uint32_t s, struct address base, uint64_t start, uint64_t end,
		 uint64_t *where)
{
	const struct address from = {base.shndx, base.offset + start};
	const struct elf_sec *sec = &check->obj->secs[s];
	const struct relas *relas = &check->relas[s];
	const uint8_t *theirs;
	uint64_t at = start;

	*where = start;
	if (target_bytes_left(check->target, from, &theirs) < end - start)
		return false;
	if (!sec->data)
		return are_zeros(theirs, end - start, start, where);
	if (!theirs)
		return start == end;
	theirs -= start;
	for (uint32_t i = relas_first(relas, start); i < relas->n && relas->v[i]->offset < end; i++) {
		const struct elf_rela *rela = relas->v[i];

		if (!equal_run(sec->data, theirs, at, rela->offset, where) ||
		    !equal_beside_field(check, rela, sec->data, theirs, end, where))
			return false;
		at = rela->offset + check->obj->arch->reloc(rela->type)->size;
	}
	return equal_run(sec->data, theirs, at, end, where);
}

/* ---- candidates ---- */

/* Adds the place of the section's start if record id of the target is the symbol at this offset of the section. */
static void add_candidate(const struct base_check *check, uint32_t id, uint64_t offset, address_vec *bases)
{
	const struct symtab_sym *record = &check->target->symtab->syms[id];
	struct address base = {check->target->is_module ? record->shndx : 0, record->addr - offset};

	if (check->target->is_module && record->addr < offset)
		return;
	for (uint32_t i = 0; i < bases->n; i++)
		if (address_equal(bases->v[i], base))
			return;
	vec_add(bases, base);
}

static void add_candidates(const struct base_check *check, const struct elf_sym *sym, address_vec *bases)
{
	const struct symtab *tab = check->target->symtab;

	for (uint32_t id = symtab_find(tab, sym->name); id != SYMTAB_NONE; id = tab->syms[id].next)
		add_candidate(check, id, sym->value, bases);
	/* .init.text of a module is in the file, though the running kernel does not keep its names. */
	if (check->target->is_module && symtab_find_uncounted(tab, sym->name) != SYMTAB_NONE)
		add_candidate(check, symtab_find_uncounted(tab, sym->name), sym->value, bases);
}

static uint32_t count_matches(const struct base_check *check, uint32_t sec, struct address base, uint32_t *total)
{
	uint32_t n = 0;
	uint64_t where;

	*total = 0;
	if (!target_is_text(check->target, base))
		return 0;
	for (uint32_t i = 0; i < check->nfuncs; i++) {
		const struct place_func *func = &check->funcs[i];

		if (func->sec != sec)
			continue;
		(*total)++;
		n += match_bytes(check, sec, base, func->start, func->end, &where);
	}
	return n;
}

/* How often the target has the name; 0 if never. */
static uint32_t count_records(const struct base_check *check, const struct elf_sym *sym)
{
	return symtab_count(check->target->symtab, sym->name) +
	       (symtab_find_uncounted(check->target->symtab, sym->name) != SYMTAB_NONE);
}

/*
 * The named symbol of the section that the target has the fewest times; 0 if it has none of them. A weak one may have
 * lost against another object's, so it only serves where there are no others.
 */
static uint32_t find_rarest(const struct base_check *check, uint32_t sec, bool want_func)
{
	uint32_t best = 0, best_count = UINT32_MAX, weak = 0;

	for (uint32_t i = 1; i < check->obj->nsyms && best_count > 1; i++) {
		const struct elf_sym *sym = &check->obj->syms[i];
		uint32_t count;

		if (sym->shndx != sec || !*sym->name || elf_sym_is_section(sym) || is_prefix_symbol(sym->name) ||
		    elf_sym_is_function(sym) != want_func)
			continue;
		count = count_records(check, sym);
		if (count && sym->bind == STB_WEAK) {
			weak = i;
		} else if (count && count < best_count) {
			best = i;
			best_count = count;
		}
	}
	return best ? best : weak;
}

/* No place fits all functions: try what every name says, and take the place that fits most of them. */
static void find_best_base(const struct base_check *check, uint32_t sec, address_vec *bases)
{
	uint32_t best = 0, total;
	struct address best_base = {0};
	address_vec all = {0};

	for (uint32_t i = 0; i < check->nfuncs; i++) {
		const struct elf_sym *sym = &check->obj->syms[check->funcs[i].sym];

		if (check->funcs[i].sec == sec && count_records(check, sym) <= 4)
			add_candidates(check, sym, &all);
	}
	for (uint32_t i = 0; i < all.n; i++) {
		uint32_t n = count_matches(check, sec, all.v[i], &total);

		if (n > best) {
			best = n;
			best_base = all.v[i];
		}
	}
	if (best)
		vec_add(bases, best_base);
	vec_free(&all);
}

void match_find_bases(const struct base_check *check, uint32_t sec, address_vec *bases, bool *complete)
{
	uint32_t rarest = find_rarest(check, sec, true);
	address_vec all = {0};

	*complete = false;
	if (!rarest)
		return;
	add_candidates(check, &check->obj->syms[rarest], &all);
	for (uint32_t i = 0; i < all.n; i++) {
		uint32_t total, n = count_matches(check, sec, all.v[i], &total);

		if (total && n == total)
			vec_add(bases, all.v[i]);
	}
	vec_free(&all);
	*complete = bases->n > 0;
	if (!bases->n)
		find_best_base(check, sec, bases);
}

/* Does the target have each name of the section that it knows at all where this base says? */
static bool names_agree(const struct base_check *check, uint32_t sec, struct address base)
{
	for (uint32_t i = 1; i < check->obj->nsyms; i++) {
		const struct elf_sym *sym = &check->obj->syms[i];

		if (sym->shndx != sec || !*sym->name || elf_sym_is_section(sym) || sym->bind == STB_WEAK)
			continue;
		if (symtab_find(check->target->symtab, sym->name) != SYMTAB_NONE &&
		    symtab_find_name_at(check->target->symtab, sym->name, base.shndx, base.offset + sym->value) ==
			    SYMTAB_NONE)
			return false;
	}
	return true;
}

void match_find_data_bases(const struct base_check *check, uint32_t sec, address_vec *bases)
{
	uint32_t rarest = find_rarest(check, sec, false);
	address_vec all = {0};
	uint64_t where;

	if (!rarest || count_records(check, &check->obj->syms[rarest]) > MAX_CANDIDATES)
		return;
	add_candidates(check, &check->obj->syms[rarest], &all);
	for (uint32_t i = 0; i < all.n; i++)
		if (names_agree(check, sec, all.v[i]) &&
		    match_bytes(check, sec, all.v[i], 0, check->obj->secs[sec].size, &where))
			vec_add(bases, all.v[i]);
	vec_free(&all);
}
