// SPDX-License-Identifier: GPL-2.0-only
/*
 * Canonical targets of relocations. A relocation says symbol + addend, and the symbol is often just the section;
 * the addend of a distance also holds the bytes between the field and the end of the instruction. Here both are
 * undone, once.
 */
#include "object/refs.h"

#include <string.h>

#include "arch/arch.h"
#include "object/relas.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/search.h"
#include "util/vec.h"

typedef VEC(struct ref) ref_vec;

/* The field of an instruction that a relocation is for; all zero outside of instructions. */
struct field {
	int64_t bias; /* what the relocation's addend must grow by to give the byte that is meant */
	bool is_branch;
	bool is_access; /* the instruction reads or writes just there, so an end is not meant */
	enum ref_arithmetic arithmetic;
};

/* A physical address is far outside of what it is the address of, and in it less the distance of both kinds. */
static int64_t find_shift(const struct elf_obj *obj, const struct elf_sym *sym, int64_t meant)
{
	int64_t size = (int64_t)obj->secs[sym->shndx].size, shift = obj->arch->physical_shift;
	int64_t at = (int64_t)((uint64_t)meant + sym->value - (uint64_t)shift);

	return (int64_t)((uint64_t)meant + sym->value) > size && at >= 0 && at <= size ? shift : 0;
}

static void resolve(const struct pieces *pieces, struct ref *ref, const struct field *field)
{
	const struct elf_sym *sym = &pieces->obj->syms[ref->sym];
	int64_t meant = ref->addend + field->bias;
	const struct piece *piece;

	ref->is_branch = field->is_branch;
	ref->arithmetic = elf_sym_is_section(sym) ? field->arithmetic : REF_AS_IS;
	ref->target = meant;
	ref->piece = PIECE_NONE;
	if (!elf_sym_has_section(sym))
		return;
	ref->shift = find_shift(pieces->obj, sym, meant);
	meant -= ref->shift;
	/* A named symbol tells the piece; an offset from a section symbol must be looked up. */
	if (elf_sym_is_section(sym))
		ref->piece = pieces_find(pieces, sym->shndx, (uint64_t)(meant < 0 ? 0 : meant));
	else
		ref->piece = pieces->of_sym[ref->sym];
	if (ref->piece == PIECE_NONE)
		return;
	piece = &pieces->v[ref->piece];
	/* Nobody means the end of a pr_debug()'s descriptor, or of a counter. */
	ref->is_border = elf_sym_is_section(sym) && !field->is_access && piece->kind == PIECE_DATA &&
			 !is_descriptor_section(pieces->obj->secs[sym->shndx].name) &&
			 !is_tag_counter(piece->name, pieces->obj->secs[sym->shndx].name) &&
			 (uint64_t)meant == piece->start && ref->piece > pieces->first_of_sec[sym->shndx] &&
			 piece[-1].kind == PIECE_DATA && piece[-1].end == piece->start;
	ref->target = (int64_t)sym->value + meant - (int64_t)piece->entry;
}

/*
 * The instructions of a text section, one after the other. What can't be decoded is passed by a byte at a time: the
 * kernel has such bytes on purpose (`.byte` in inline assembly); a field there is taken to end its instruction, which
 * is true for all calls and jumps.
 */
struct insns {
	const struct pieces *pieces;
	uint32_t sec;
	uint64_t at;    /* where the next one is looked for, bytes from the start of the section */
	uint32_t piece; /* the first one whose entry is behind that */
	struct arch_insn insn;
};

static bool insns_next(struct insns *insns)
{
	const struct pieces *pieces = insns->pieces;
	const struct elf_sec *sec = &pieces->obj->secs[insns->sec];

	while (insns->at < sec->size) {
		/* A function begins with an instruction, whatever the bytes before it looked like. */
		while (insns->piece < pieces->end_of_sec[insns->sec] && pieces->v[insns->piece].entry <= insns->at)
			insns->piece++;
		if (!pieces->obj->arch->decode(sec->data, sec->size, insns->at, &insns->insn)) {
			insns->at++;
			continue;
		}
		if (insns->piece < pieces->end_of_sec[insns->sec] &&
		    insns->at + insns->insn.length > pieces->v[insns->piece].entry) {
			insns->at = pieces->v[insns->piece].entry;
			continue;
		}
		insns->at += insns->insn.length;
		return true;
	}
	return false;
}

/* Resolves a relocation inside of an instruction. Returns whether it is for the PC-relative field. */
static bool annotate(const struct insns *insns, struct ref *ref)
{
	const struct elf_obj *obj = insns->pieces->obj;
	const struct arch_insn *insn = &insns->insn;
	const struct arch_reloc *reloc = obj->arch->reloc(ref->type);
	bool at_field = insn->field_size && ref->offset == insn->offset + insn->field_offset;
	bool at_address = insn->address_offset && ref->offset == insn->offset + insn->address_offset;
	bool at_immediate = insn->immediate_offset && ref->offset == insn->offset + insn->immediate_offset;
	struct field field = {.is_access = insn->is_plain_memory && at_address};
	struct arch_direct direct;

	/* Not a field of this instruction, which is none then: see read_section. */
	if (!at_field && !at_address && !at_immediate)
		return false;
	ref->source = REF_READ;
	if (insn->adds_register && at_address)
		field.arithmetic = REF_INDEXED;
	else if (!insn->is_load && at_immediate)
		field.arithmetic = REF_COMPUTED;
	if (reloc->pc_relative) {
		field.bias = (int64_t)(insn->offset + insn->length - ref->offset);
		field.is_branch = insn->is_branch && at_field;
	}
	if (reloc->is_got && obj->arch->avoid_got(obj->secs[insns->sec].data, ref->offset, &direct))
		field.is_branch = direct.is_branch;
	resolve(insns->pieces, ref, &field);
	return at_field;
}

/*
 * Adds the reference of a PC-relative field without a relocation. Inside of a function nothing moves; only what leaves
 * it needs one.
 */
static void add_found(const struct insns *insns, ref_vec *refs)
{
	const struct pieces *pieces = insns->pieces;
	const struct arch_insn *insn = &insns->insn;
	uint64_t field_at = insn->offset + insn->field_offset;
	uint32_t from = pieces_find(pieces, insns->sec, insn->offset), to = PIECE_NONE;
	int64_t target;

	if (insn->target <= pieces->obj->secs[insns->sec].size)
		to = pieces_find(pieces, insns->sec, insn->target);
	if (to == PIECE_NONE || from == to || !pieces->v[to].sym)
		return;
	target = (int64_t)insn->target - (int64_t)pieces->v[to].entry;
	vec_add(refs, ((struct ref){
			      .offset = field_at,
			      .addend = target - (int64_t)(insn->offset + insn->length - field_at),
			      .target = target,
			      .type = pieces->obj->arch->field_reloc(insn),
			      .sym = pieces->v[to].sym,
			      .piece = to,
			      .is_branch = insn->is_branch,
			      .source = REF_FOUND,
		      }));
}

/* Walks the instructions of a text section beside its relocations, which refs has. */
static void scan_text(const struct pieces *pieces, uint32_t index, ref_vec *refs, ref_vec *found)
{
	struct insns insns = {.pieces = pieces, .sec = index, .piece = pieces->first_of_sec[index]};
	uint32_t next = 0;

	if (insns.piece == PIECE_NONE)
		return;
	while (insns_next(&insns)) {
		bool has_reloc = false;

		for (; next < refs->n && refs->v[next].offset < insns.at; next++)
			has_reloc |= annotate(&insns, &refs->v[next]);
		if (insns.insn.field_size && !has_reloc)
			add_found(&insns, found);
	}
}

/* Both are in order of offset, and no field is in both. */
static struct ref *merge(struct arena *arena, const ref_vec *refs, const ref_vec *found)
{
	struct ref *all = arena_array(arena, struct ref, refs->n + found->n);

	for (uint32_t i = 0, k = 0; i < refs->n || k < found->n;) {
		bool take_found = k < found->n && (i == refs->n || found->v[k].offset < refs->v[i].offset);

		all[i + k] = take_found ? found->v[k] : refs->v[i];
		*(take_found ? &k : &i) += 1;
	}
	return all;
}

static int check_type(const struct elf_obj *obj, const struct elf_sec *sec, const struct ref *ref, struct diag *diag)
{
	const struct arch_reloc *reloc = obj->arch->reloc(ref->type);

	if (reloc->known || reloc->is_got)
		return 0;
	return diag_error(diag, obj->path, sec->name,
			  "offset %#lx: %s (type %u) is not supported in a livepatch module",
			  (unsigned long)ref->offset, reloc->name, ref->type);
}

static int read_section(const struct pieces *pieces, struct refs *result, uint32_t index, struct arena *scratch,
			struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	const struct elf_sec *sec = &obj->secs[index];
	const struct relas relas = relas_sorted(sec, scratch);
	const struct field whole = {0}, branch = {.bias = 4};
	ref_vec refs = {0}, found = {0};
	int err = 0;

	for (uint32_t i = 0; i < relas.n; i++) {
		const struct elf_rela *rela = relas.v[i];
		bool pc_text = elf_sec_is_text(sec) && obj->arch->reloc(rela->type)->pc_relative;
		struct ref ref = {
			.offset = rela->offset,
			.addend = rela->addend,
			.type = rela->type,
			.sym = rela->sym,
			/* Until its instruction is found. */
			.source = elf_sec_is_text(sec) ? REF_UNDECODED : REF_READ,
		};

		resolve(pieces, &ref, pc_text ? &branch : &whole);
		vec_add(&refs, ref);
	}
	if (elf_sec_is_text(sec) && sec->data)
		scan_text(pieces, index, &refs, &found);
	for (uint32_t i = 0; i < refs.n && !err; i++)
		err = check_type(obj, sec, &refs.v[i], diag);
	result->count[index] = refs.n + found.n;
	result->of_sec[index] = merge(result->arena, &refs, &found);
	vec_free(&refs);
	vec_free(&found);
	return err;
}

int refs_new(const struct pieces *pieces, struct refs **result, struct diag *diag)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct refs *refs = arena_alloc(arena, sizeof(*refs));
	uint32_t nsecs = pieces->obj->nsecs;
	int err = 0;

	refs->arena = arena;
	refs->of_sec = arena_array(arena, struct ref *, nsecs);
	refs->count = arena_array(arena, uint32_t, nsecs);
	for (uint32_t i = 1; i < nsecs && !err; i++) {
		const struct elf_sec *sec = &pieces->obj->secs[i];

		/* Debug information has most of an object's relocations, and nobody asks for them. */
		if (sec_classify(sec) != SEC_IGNORED)
			err = read_section(pieces, refs, i, scratch, diag);
	}
	arena_free(scratch);
	if (err)
		refs_free(refs);
	else
		*result = refs;
	return err;
}

void refs_free(const struct refs *refs)
{
	if (refs)
		arena_free(refs->arena);
}

uint32_t refs_in_range(const struct refs *refs, uint32_t sec, uint64_t start, uint64_t end, const struct ref **first)
{
	uint32_t low = lower_bound(refs->count[sec], i, refs->of_sec[sec][i].offset < start), n = 0;

	*first = refs->of_sec[sec] + low;
	while (low + n < refs->count[sec] && refs->of_sec[sec][low + n].offset < end)
		n++;
	return n;
}

uint64_t refs_special_text_end(const struct elf_obj *obj, uint32_t sec, uint64_t offset)
{
	const struct elf_sec *text = &obj->secs[sec];
	struct arch_insn insn;

	while (offset < text->size && obj->arch->decode(text->data, text->size, offset, &insn)) {
		offset += insn.length;
		if (insn.is_jump_always || insn.is_trap)
			break;
	}
	return offset;
}

bool refs_special_text_leaves(const struct refs *refs, const struct elf_obj *obj, uint32_t sec, uint64_t start,
			      uint64_t end)
{
	const struct elf_sec *text = &obj->secs[sec];
	struct arch_insn insn;

	for (uint64_t at = start; at < end && obj->arch->decode(text->data, text->size, at, &insn); at += insn.length) {
		const struct ref *ref;
		uint64_t field = at + insn.field_offset;

		if (insn.field_size && (insn.target < start || insn.target > end) &&
		    !refs_in_range(refs, sec, field, field + 1, &ref))
			return true;
	}
	return false;
}
