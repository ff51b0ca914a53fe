// SPDX-License-Identifier: GPL-2.0-only
/* Dividing an object's sections by its symbols. See pieces.h. */
#include "object/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/debug.h"
#include "elf/statics.h"
#include "kernel/sections.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/search.h"
#include "util/vec.h"

/* A symbol that starts a piece, or is another name for the start of one. */
struct mark {
	uint32_t sec;
	uint32_t sym;
	uint64_t value;
};

typedef VEC(struct piece) piece_vec;

/*
 * An empty section has a piece if a symbol names one: without lockdep a `static struct lock_class_key __key` has no
 * bytes.
 */
static bool has_pieces(const struct elf_sec *sec, uint32_t nmarks)
{
	if (!sec->size && !nmarks)
		return false;
	switch (sec_classify(sec)) {
	case SEC_TEXT:
	case SEC_INIT:
	case SEC_VDSO:
	case SEC_DATA:
	case SEC_TABLE:
	case SEC_STRINGS:
	case SEC_CONST:
	case SEC_SPECIAL_TEXT:
	case SEC_AUTHOR:
	case SEC_UNKNOWN:
		return true;
	default:
		return false;
	}
}

/* A label of assembly that other files may refer to: its name is all that is known of what stands there. */
static bool is_global_label(const struct elf_obj *obj, const struct elf_sym *sym)
{
	enum sec_class class = sec_classify(&obj->secs[sym->shndx]);

	return sym->type == STT_NOTYPE && !sym->size && !elf_sym_is_local(sym) &&
	       (class == SEC_TEXT || class == SEC_DATA) && sym->value < obj->secs[sym->shndx].size;
}

/*
 * Does the symbol name something? A local one of STT_NOTYPE counts only for data with a size: in text it is a label
 * inside of inline assembly, in `.altinstr_replacement` too.
 */
static bool names_piece(const struct elf_obj *obj, const struct elf_sym *sym)
{
	if (!elf_sym_has_section(sym) || !*sym->name || is_prefix_symbol(sym->name) || is_text_symbol(sym->name))
		return false;
	if (is_global_label(obj, sym))
		return true;
	if (elf_sec_is_text(&obj->secs[sym->shndx]))
		return sym->type == STT_FUNC;
	return sym->type == STT_OBJECT || (sym->type == STT_NOTYPE && sym->size);
}

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->sym < y->sym ? -1 : x->sym > y->sym;
}

/*
 * Of two names for one place the global one is what others link to. A weak one comes last: the kernel may have another
 * function of that name, and this one runs under its local name then. Of equal ones the order of names decides, which
 * is the same in both objects, other than that of symbols.
 */
static bool is_better_name(const struct elf_sym *sym, const struct elf_sym *than)
{
	static const int rank[] = {[STB_LOCAL] = 1, [STB_WEAK] = 0, [STB_GLOBAL] = 2};

	/* The key of a lock may be empty and share its address with a variable. */
	if (!than->size != !sym->size)
		return sym->size;
	if (sym->bind <= STB_WEAK && than->bind <= STB_WEAK && rank[sym->bind] != rank[than->bind])
		return rank[sym->bind] > rank[than->bind];
	return strverscmp(sym->name, than->name) < 0;
}

static struct piece *push_piece(piece_vec *pieces, const struct elf_obj *obj, uint32_t sec, uint64_t start)
{
	uint32_t id = pieces->n;
	struct piece *piece = vec_push(pieces);

	*piece = (struct piece){
		.name = obj->secs[sec].name,
		.start = start,
		.entry = start,
		.end = start,
		.sec = sec,
		.root = id,
		.part = PIECE_NONE,
		.kind = PIECE_ANON,
		.class = sec_classify(&obj->secs[sec]),
	};
	return piece;
}

/* A function of inline assembly may have no size. */
static bool is_open_function(const struct elf_obj *obj, const struct piece *piece)
{
	return piece->kind == PIECE_FUNC && piece->end == piece->entry && !is_global_label(obj, &obj->syms[piece->sym]);
}

static void divide_section(const struct elf_obj *obj, uint32_t index, const struct mark *marks, uint32_t nmarks,
			   piece_vec *pieces)
{
	const struct elf_sec *sec = &obj->secs[index];
	struct piece *piece = NULL;
	uint32_t first = pieces->n;

	/* Pools are taken whole, whatever labels point into them. */
	if (sec_classify(sec) == SEC_STRINGS || sec_classify(sec) == SEC_CONST)
		nmarks = 0;
	for (uint32_t i = 0; i < nmarks; i++) {
		const struct elf_sym *sym = &obj->syms[marks[i].sym];
		bool alias = piece && piece->sym && piece->entry == sym->value;

		if (!alias) {
			/*
			 * A symbol inside of another (a second entry, a member with a name) starts no piece, nor does a
			 * label in a function whose end is not known.
			 */
			if (piece &&
			    (sym->value < piece->end || (is_global_label(obj, sym) && is_open_function(obj, piece))))
				continue;
			/* Before a first function there is only its padding, see add_prefixes(). */
			if (!piece && sym->value > 0 && !elf_sec_is_text(sec))
				push_piece(pieces, obj, index, 0)->end = sym->value;
			piece = push_piece(pieces, obj, index, sym->value);
			piece->kind = elf_sec_is_text(sec) ? PIECE_FUNC : PIECE_DATA;
		}
		if (!alias || is_better_name(sym, &obj->syms[piece->sym])) {
			piece->sym = marks[i].sym;
			piece->name = sym->name;
		}
		if (sym->value + sym->size > piece->end)
			piece->end = sym->value + sym->size;
	}
	if (!piece) {
		piece = push_piece(pieces, obj, index, 0);
		piece->end = sec->size;
	}
	for (uint32_t i = first; i < pieces->n; i++)
		if (pieces->v[i].end > sec->size)
			pieces->v[i].end = sec->size;
}

/* Where data without a symbol begins or ends. */
struct border {
	uint32_t sec;
	uint64_t at;
};

typedef VEC(struct border) border_vec;

static int compare_borders(const void *a, const void *b)
{
	const struct border *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/*
 * With KASAN, GCC puts texts with their red zones into one `.rodata` without a symbol, not into pools. What it
 * registers tells where each of them is.
 */
static void find_borders(const struct elf_obj *obj, border_vec *borders)
{
	for (uint32_t i = 1; i < obj->nsecs; i++) {
		const struct elf_sec *sec = &obj->secs[i];

		if (!sec->data || !kernel_section_is(sec->name, SECTION_HAS_ZONES))
			continue;
		for (uint32_t k = 0; k < sec->nrelas; k++) {
			const struct elf_rela *rela = &sec->relas[k];
			const struct elf_sym *sym = &obj->syms[rela->sym];
			uint64_t begin = sym->value + (uint64_t)rela->addend, size;

			if (rela->offset % ZONE_ENTRY != ZONE_BEGIN || sec->size - rela->offset < ZONE_ENTRY ||
			    !elf_sym_has_section(sym))
				continue;
			size = arch_get64(obj->arch, sec->data + rela->offset + ZONE_SIZE);
			vec_add(borders, ((struct border){sym->shndx, begin}));
			vec_add(borders, ((struct border){sym->shndx, begin + size}));
		}
	}
	if (borders->n)
		qsort(borders->v, borders->n, sizeof(*borders->v), compare_borders);
}

/* Divides a section that has no symbols and is one piece so far. */
static void divide_nameless(const struct elf_obj *obj, uint32_t index, const border_vec *borders, piece_vec *pieces)
{
	const struct border key = {.sec = index, .at = 1};
	uint64_t size = obj->secs[index].size;
	uint32_t i = lower_bound(borders->n, b, compare_borders(&borders->v[b], &key) < 0);

	for (; i < borders->n && borders->v[i].sec == index && borders->v[i].at < size; i++) {
		uint64_t at = borders->v[i].at;

		if (at == pieces->v[pieces->n - 1].start)
			continue;
		pieces->v[pieces->n - 1].end = at;
		push_piece(pieces, obj, index, at)->end = size;
	}
}

static int compare_entries(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/*
 * The padding before a function (CONFIG_CALL_PADDING, 16 bytes that call thunks are written to) belongs to it.
 * objtool marks it with a `__pfx_` symbol; what is before the first function of a section can be nothing else. clang's
 * `__cfi_` symbol has only the size of the hash at its start (kCFI), not of the nops between that and the function.
 */
static void add_prefixes(const struct elf_obj *obj, piece_vec *pieces)
{
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const struct elf_sym *sym = &obj->syms[i];
		const struct piece key = {.sec = sym->shndx, .entry = sym->value + sym->size};
		uint32_t next;

		if (!elf_sym_has_section(sym) || !is_prefix_symbol(sym->name))
			continue;
		next = lower_bound(pieces->n, p, compare_entries(&pieces->v[p], &key) < 0);
		if (next < pieces->n && pieces->v[next].sec == sym->shndx && sym->value < pieces->v[next].start)
			pieces->v[next].start = sym->value;
	}
	for (uint32_t p = 0; p < pieces->n; p++)
		if (pieces->v[p].kind == PIECE_FUNC && (!p || pieces->v[p - 1].sec != pieces->v[p].sec))
			pieces->v[p].start = 0;
	for (uint32_t p = 0; p < pieces->n; p++) {
		struct piece *piece = &pieces->v[p];
		bool last = p + 1 == pieces->n || pieces->v[p + 1].sec != piece->sec;

		piece->region_end = last ? obj->secs[piece->sec].size : pieces->v[p + 1].start;
		if (piece->region_end < piece->end)
			piece->region_end = piece->end;
		/*
		 * A function of inline assembly may have no size: it goes on to the next one. So does what a label
		 * names.
		 */
		if (piece->sym && piece->end == piece->entry &&
		    (piece->kind == PIECE_FUNC || is_global_label(obj, &obj->syms[piece->sym])))
			piece->end = piece->region_end;
	}
}

/* "foo.cold" has no entry of its own: it is reached by jumps from foo, and lives and dies with it. */
static int find_roots(struct pieces *pieces, struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;

	for (uint32_t p = 0; p < pieces->n; p++) {
		struct piece *piece = &pieces->v[p];
		struct sym_name parsed = sym_name_parse(piece->name);
		char *root;
		uint32_t sym;

		if (piece->kind != PIECE_FUNC || !parsed.is_cold)
			continue;
		root = arena_strdup(pieces->arena, piece->name);
		root[cold_parent_length(root)] = '\0';
		sym = elf_obj_find_symbol(obj, root);
		if (!sym || pieces->of_sym[sym] == PIECE_NONE)
			return diag_error(diag, obj->path, piece->name, "its function %s is not in the object", root);
		piece->root = pieces->of_sym[sym];
		pieces->v[piece->root].part = p;
	}
	return 0;
}

static void mark_recorded(struct pieces *pieces, const struct elf_sec *record)
{
	const struct elf_obj *obj = pieces->obj;

	for (uint32_t i = 0; i < record->nrelas; i++) {
		const struct elf_rela *rela = &record->relas[i];
		const struct elf_sym *sym = &obj->syms[rela->sym];
		uint32_t p;

		if (!elf_sym_has_section(sym))
			continue;
		p = pieces_find(pieces, sym->shndx, sym->value + (uint64_t)rela->addend);
		if (p != PIECE_NONE)
			pieces->v[p].traced = true;
	}
}

/* Is the relocation that of the call at the entry of a function? Only an endbr64 may stand before it. */
static bool is_entry_call(const struct elf_obj *obj, const struct piece *piece, const struct elf_rela *rela,
			  uint64_t *site)
{
	const struct elf_sec *text = &obj->secs[piece->sec];
	struct arch_insn insn;

	*site = piece->entry;
	if (obj->arch->is_landing(text->data, text->size, *site) &&
	    obj->arch->decode(text->data, text->size, *site, &insn))
		*site += insn.length;
	return obj->arch->decode(text->data, text->size, *site, &insn) && insn.is_call && insn.field_offset &&
	       *site + insn.field_offset == rela->offset;
}

/*
 * Where recordmcount (scripts/recordmcount.c, up to 5.x), or objtool at the link, makes the record, an object
 * has none yet: what will be in it is each call at the entry of a function.
 */
static void mark_calling(struct pieces *pieces, uint32_t call)
{
	const struct elf_obj *obj = pieces->obj;

	for (uint32_t sec = 1; sec < obj->nsecs; sec++) {
		if (!elf_sec_is_text(&obj->secs[sec]) || !obj->secs[sec].data)
			continue;
		for (uint32_t i = 0; i < obj->secs[sec].nrelas; i++) {
			const struct elf_rela *rela = &obj->secs[sec].relas[i];
			uint32_t p = rela->sym == call ? pieces_find(pieces, sec, rela->offset) : PIECE_NONE;

			if (p != PIECE_NONE && pieces->v[p].kind == PIECE_FUNC)
				pieces->v[p].traced |=
					is_entry_call(obj, &pieces->v[p], rela, &pieces->v[p].trace_site);
		}
	}
}

/* Is there room for a call at the entry of a function? A landing pad may stand before it. */
static bool has_room(const struct pieces *pieces, const struct piece *piece)
{
	const struct elf_sec *text = &pieces->obj->secs[piece->sec];
	const struct arch_ops *arch = pieces->obj->arch;
	uint64_t at = piece->entry, room = 0;
	struct arch_insn insn;
	unsigned int n;

	if (arch->is_landing(text->data, text->size, at) && arch->decode(text->data, text->size, at, &insn))
		at += insn.length;
	while (room < arch->call_size && (n = arch->padding(text->data, text->size, at + room)))
		room += n;
	return room >= arch->call_size;
}

/*
 * Where functions call nothing at their entry, but have room for that (-fpatchable-function-entry=5, or =21,16), and
 * the object lists them. Each function has a list of its own, in whose relocation the room before it counts.
 */
static void mark_patchable(struct pieces *pieces)
{
	const struct elf_obj *obj = pieces->obj;

	for (uint32_t sec = 1; sec < obj->nsecs; sec++) {
		if (strcmp(obj->secs[sec].name, ENTRIES_SECTION) != 0)
			continue;
		for (uint32_t i = 0; i < obj->secs[sec].nrelas; i++) {
			const struct elf_rela *rela = &obj->secs[sec].relas[i];
			const struct elf_sym *sym = &obj->syms[rela->sym];
			uint32_t p = elf_sym_has_section(sym)
					     ? pieces_find(pieces, sym->shndx, sym->value + (uint64_t)rela->addend)
					     : PIECE_NONE;

			if (p != PIECE_NONE && pieces->v[p].kind == PIECE_FUNC && obj->secs[pieces->v[p].sec].data)
				pieces->v[p].traced = has_room(pieces, &pieces->v[p]);
		}
	}
}

static void mark_traced(struct pieces *pieces)
{
	const struct elf_sec *record = elf_obj_find_section(pieces->obj, MCOUNT_SECTION);
	uint32_t call = elf_obj_find_symbol(pieces->obj, MCOUNT_CALL);

	pieces->calls_traces = !record && call;
	if (record)
		mark_recorded(pieces, record);
	else if (call)
		mark_calling(pieces, call);
	else
		mark_patchable(pieces);
}

/* The debug information is read only if there is a name that it has to decide. */
static void mark_anonymous(struct pieces *pieces)
{
	struct statics *statics = NULL;
	bool is_read = false;

	for (uint32_t p = 0; p < pieces->n; p++) {
		struct piece *piece = &pieces->v[p];
		const char *section = pieces->obj->secs[piece->sec].name;
		struct static_local local = {0};

		if (piece->kind == PIECE_DATA && is_anonymous_by_type(piece->name)) {
			if (!is_read)
				statics = statics_new(debug_of(pieces->obj));
			is_read = true;
			if (statics)
				statics_find(statics, piece->sec, piece->entry, piece->name, &local);
		}
		piece->anonymous =
			piece->kind == PIECE_ANON ||
			(piece->kind == PIECE_DATA && is_anonymous_variable(piece->name, section, local.type));
	}
	statics_free(statics);
}

int pieces_new(const struct elf_obj *obj, struct pieces **result, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct pieces *pieces = arena_alloc(arena, sizeof(*pieces));
	VEC(struct mark) marks = {0};
	border_vec borders = {0};
	piece_vec found = {0};
	uint32_t next = 0;
	int err;

	pieces->arena = arena;
	pieces->obj = obj;
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const struct elf_sym *sym = &obj->syms[i];

		if (names_piece(obj, sym))
			vec_add(&marks, ((struct mark){.sec = sym->shndx, .sym = i, .value = sym->value}));
	}
	if (marks.n)
		qsort(marks.v, marks.n, sizeof(*marks.v), compare_marks);
	find_borders(obj, &borders);
	for (uint32_t i = 1; i < obj->nsecs; i++) {
		uint32_t first = next;

		while (next < marks.n && marks.v[next].sec == i)
			next++;
		if (has_pieces(&obj->secs[i], next - first))
			divide_section(obj, i, marks.v + first, next - first, &found);
		if (has_pieces(&obj->secs[i], next - first) && next == first && sec_classify(&obj->secs[i]) == SEC_DATA)
			divide_nameless(obj, i, &borders, &found);
	}
	vec_free(&borders);
	add_prefixes(obj, &found);
	pieces->n = found.n;
	pieces->v = arena_memdup(arena, found.v, found.n * sizeof(*found.v));
	vec_free(&found);
	vec_free(&marks);

	pieces->first_of_sec = arena_array(arena, uint32_t, obj->nsecs);
	for (uint32_t i = 0; i < obj->nsecs; i++)
		pieces->first_of_sec[i] = PIECE_NONE;
	pieces->end_of_sec = arena_array(arena, uint32_t, obj->nsecs);
	for (uint32_t p = pieces->n; p-- > 0;)
		pieces->first_of_sec[pieces->v[p].sec] = p;
	for (uint32_t p = 0; p < pieces->n; p++)
		pieces->end_of_sec[pieces->v[p].sec] = p + 1;
	pieces->of_sym = arena_array(arena, uint32_t, obj->nsyms);
	for (uint32_t i = 0; i < obj->nsyms; i++) {
		const struct elf_sym *sym = &obj->syms[i];

		pieces->of_sym[i] = elf_sym_has_section(sym) ? pieces_find(pieces, sym->shndx, sym->value) : PIECE_NONE;
	}
	mark_traced(pieces);
	mark_anonymous(pieces);
	err = find_roots(pieces, diag);
	if (err)
		pieces_free(pieces);
	else
		*result = pieces;
	return err;
}

void pieces_free(const struct pieces *pieces)
{
	if (pieces)
		arena_free(pieces->arena);
}

uint32_t pieces_find(const struct pieces *pieces, uint32_t sec, uint64_t offset)
{
	uint32_t first = pieces->first_of_sec[sec], behind;

	if (first == PIECE_NONE)
		return PIECE_NONE;
	/* The last piece that starts at or before offset; the first one also takes what is before it. */
	behind = lower_bound(pieces->end_of_sec[sec] - first, i, pieces->v[first + i].start <= offset);
	return behind ? first + behind - 1 : first;
}
