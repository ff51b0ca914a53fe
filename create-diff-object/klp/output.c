// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every included piece gets a place in a section of the output, then every reference is written again for the new
 * places. Fields that a relocation fills are zeroed: the module loader of x86 takes anything else in them for a
 * relocation that was applied before (arch/x86/kernel/module.c, __write_relocate_add()).
 *
 * Names: functions are local symbols, so that nothing else in the module binds to them by name; new global ones are
 * hidden, which lets the other objects of the patch use them until the link of the module makes them local.
 */
#include "klp/output.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "kernel/module.h"
#include "klp/funcs.h"
#include "klp/late.h"
#include "object/orc.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/strmap.h"

/* Where a piece or a text block went. */
struct place {
	uint32_t sec;    /* section id in the output, 0: nowhere */
	uint64_t offset; /* of its first byte */
	uint32_t sym;    /* symbol id that stands for it */
	uint64_t origin; /* the byte of the input section that sym stands at */
};

struct context {
	const struct diff *diff;
	const struct plan_target *target;
	const struct plan *plan;
	struct diag *diag;
	struct arena *arena;
	struct elf_out *out;
	struct place *pieces;  /* by patched piece */
	struct place *blocks;  /* by text block of the selection */
	struct place *entries; /* by entry of the patched object; of those for bodies; without symbols */
	struct late late;
	struct strmap imports; /* namespaces that the output imports already */
	uint32_t *planned;     /* by symbol index: symbol id of the planned symbol, 0: not made yet */
};

static const struct elf_obj *input(const struct context *ctx)
{
	return ctx->diff->patched.obj;
}

static uint32_t section_aligned(struct context *ctx, const char *name, const struct elf_sec *sec, uint64_t align)
{
	struct elf_out_sec_attr attr = {
		.type = sec->type,
		/* Strings and constants are kept whole, so that nothing merges them under the references' feet. */
		.flags = sec->flags & ~(uint64_t)(SHF_MERGE | SHF_STRINGS | SHF_GROUP | SHF_LINK_ORDER),
		.align = align,
		.entsize = sec->flags & SHF_MERGE ? 0 : sec->entsize,
	};
	uint32_t id = elf_out_find_section(ctx->out, name);

	return id ? id : elf_out_add_section(ctx->out, name, &attr);
}

static uint32_t section_like(struct context *ctx, const char *name, const struct elf_sec *sec)
{
	return section_aligned(ctx, name, sec, sec->align);
}

/*
 * A table must stay one when the link puts those of several objects behind each other: its alignment divides the size
 * of an entry.
 */
static uint32_t table_like(struct context *ctx, const struct elf_sec *sec, uint64_t entry_size)
{
	uint64_t lowest = entry_size & -entry_size;

	return section_aligned(ctx, sec->name, sec, sec->align < lowest ? sec->align : lowest);
}

/* A function that shares its section with others (`.sched.text`) moves to one of its own. */
static const char *section_name(struct context *ctx, const struct piece *piece)
{
	const struct pieces *pieces = ctx->diff->patched.pieces;
	const char *name = input(ctx)->secs[piece->sec].name;
	uint32_t count = pieces->end_of_sec[piece->sec] - pieces->first_of_sec[piece->sec];

	if (is_percpu_section(name))
		return PERCPU_SECTION;
	if (piece->kind == PIECE_FUNC && (count > 1 || !is_function_section(name)))
		return arena_printf(ctx->arena, FUNCTION_SECTION_PREFIX "%s", piece->name);
	return name;
}

/* The alignment that a piece has by where it stands: never more than its section's. */
static uint64_t alignment_at(const struct elf_sec *sec, uint64_t offset)
{
	uint64_t lowest = offset & -offset;

	return !offset || lowest > sec->align ? sec->align : lowest;
}

static void place_piece(struct context *ctx, uint32_t id)
{
	const struct piece *piece = side_piece(&ctx->diff->patched, id);
	const struct elf_sec *sec = &input(ctx)->secs[piece->sec];
	struct place *place = &ctx->pieces[id];

	place->sec = section_like(ctx, section_name(ctx, piece), sec);
	place->offset = elf_out_append(ctx->out, place->sec, sec->data ? sec->data + piece->start : NULL,
				       piece->region_end - piece->start, alignment_at(sec, piece->start));
	place->origin = piece->entry;
	if (!piece->sym) {
		place->sym = elf_out_section_symbol(ctx->out, place->sec);
		place->origin = piece->start - place->offset;
	}
}

/* Carries the names of included pieces, aliases too, for a backtrace to be readable. */
static void place_symbols(struct context *ctx)
{
	const struct side *patched = &ctx->diff->patched;

	for (uint32_t i = 1; i < patched->obj->nsyms; i++) {
		const struct elf_sym *sym = &patched->obj->syms[i];
		uint32_t id = patched->pieces->of_sym[i];
		const struct piece *piece = id == PIECE_NONE ? NULL : side_piece(patched, id);
		bool is_global;
		uint32_t made;

		if (!piece || !piece->sym || !is_included(ctx->diff, id) || is_prefix_symbol(sym->name) ||
		    (i != piece->sym && sym->type != STT_FUNC && sym->type != STT_OBJECT))
			continue;
		is_global = !elf_sym_is_local(sym) && ctx->diff->corr->to_orig[id] == PIECE_NONE && !piece->anonymous;
		made = elf_out_add_symbol(ctx->out, &(struct elf_out_sym){
							    .name = sym->name,
							    .value = sym->value - piece->start + ctx->pieces[id].offset,
							    .size = sym->size,
							    .sec = ctx->pieces[id].sec,
							    .type = sym->type,
							    .bind = is_global ? STB_GLOBAL : STB_LOCAL,
							    .vis = is_global ? STV_HIDDEN : STV_DEFAULT,
						    });
		if (i == piece->sym)
			ctx->pieces[id].sym = made;
	}
}

static void place_block(struct context *ctx, uint32_t id)
{
	const struct text_block *block = &ctx->diff->selection->blocks[id];
	const struct elf_sec *sec = &input(ctx)->secs[block->sec];
	struct place *place = &ctx->blocks[id];

	place->sec = section_like(ctx, sec->name, sec);
	place->offset = elf_out_append(ctx->out, place->sec, sec->data + block->start, block->end - block->start, 1);
	place->sym = elf_out_section_symbol(ctx->out, place->sec);
	place->origin = block->start - place->offset;
}

/* The block that a reference of owner into special text means. */
static const struct place *find_block(const struct context *ctx, uint32_t owner, uint32_t sec, uint64_t offset)
{
	const struct selection *selection = ctx->diff->selection;

	for (uint32_t i = 0; i < selection->nblocks; i++) {
		const struct text_block *block = &selection->blocks[i];

		if (block->sec == sec && block->owner == owner &&
		    (offset == block->start || (offset > block->start && offset < block->end)))
			return &ctx->blocks[i];
	}
	/* Equal blocks that two functions jump to are copied once. */
	for (uint32_t i = 0; i < selection->nblocks; i++)
		if (selection->blocks[i].sec == sec && selection->blocks[i].start == offset)
			return &ctx->blocks[i];
	return NULL;
}

static void add_modinfo(struct context *ctx, const char *key, const char *value)
{
	const char *tag = arena_printf(ctx->arena, "%s=%s", key, value);
	static const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC, .align = 1};
	uint32_t id = elf_out_find_section(ctx->out, MODINFO_SECTION);

	if (!id)
		id = elf_out_add_section(ctx->out, MODINFO_SECTION, &attr);
	elf_out_append(ctx->out, id, tag, strlen(tag) + 1, 1);
}

/* Whoever has the module can see what its author judged. */
static void write_accepted(struct context *ctx)
{
	for (uint32_t i = 0; i < ctx->diag->accepts.n; i++) {
		const struct diag_accept *accept = &ctx->diag->accepts.v[i];

		if (accept->used)
			add_modinfo(ctx, MODINFO_ACCEPTED,
				    arena_printf(ctx->arena, "%s:%s", rule_info(accept->rule)->name, accept->name));
	}
}

/*
 * The glue of the module sees to it that it is not removed (kmod/patch/patch-hook.c), and whoever has it can see why.
 */
static void write_kept(struct context *ctx, const struct kept *kept)
{
	for (uint32_t i = 0; i < kept->n; i++)
		add_modinfo(ctx, MODINFO_ADDRESS_KEPT, kept->names[i]);
}

/*
 * MODULE_IMPORT_NS(): the loader and modpost want it for a symbol of a namespace. Code of vmlinux needs none where it
 * was, so what the copied code uses is imported, whether the patched file says so or not.
 */
static void import_namespace(struct context *ctx, const char *ns)
{
	if (strmap_add(&ctx->imports, ns, 1) == STRMAP_NONE)
		add_modinfo(ctx, MODINFO_IMPORT_NS, ns);
}

/*
 * What the patched file imports, too: SYMVERS need not tell namespaces, another object of the patch may use them, and
 * an import that nothing needs does no harm. Only a closed one is refused by modpost and loader.
 */
static void import_as_patched(struct context *ctx)
{
	for (const char *ns = NULL; (ns = elf_obj_import(input(ctx), ns));)
		if (!module_namespace_is_closed(ns))
			import_namespace(ctx, ns);
}

static uint32_t planned_symbol(struct context *ctx, uint32_t sym)
{
	const struct plan_symbol *plan = &ctx->plan->of_sym[sym];
	struct elf_out_sym out = {
		.name = plan->name,
		.type = STT_NOTYPE,
		/* modpost accepts an undefined symbol that nobody exports only if it is weak. */
		.bind = plan->kind == PLAN_PLAIN ? STB_GLOBAL : STB_WEAK,
	};

	if (plan->kind == PLAN_PLAIN && input(ctx)->syms[sym].bind == STB_WEAK)
		out.bind = STB_WEAK;
	if (!ctx->planned[sym] && plan->ns)
		import_namespace(ctx, plan->ns);
	if (!ctx->planned[sym])
		ctx->planned[sym] = elf_out_add_symbol(ctx->out, &out);
	return ctx->planned[sym];
}

/* A slot with an address is made by a linker, and a module is never linked so far: the instruction does without it. */
static uint32_t avoid_got(struct context *ctx, uint32_t from, const struct ref *ref, uint32_t sec, uint64_t at)
{
	const struct arch_ops *arch = input(ctx)->arch;
	const struct elf_sec *text = side_section(&ctx->diff->patched, side_piece(&ctx->diff->patched, from));
	struct arch_direct direct;

	if (!arch->reloc(ref->type)->is_got || !arch->avoid_got(text->data, ref->offset, &direct))
		return ref->type;
	elf_out_patch(ctx->out, sec, at - sizeof(direct.bytes), direct.bytes, sizeof(direct.bytes));
	return direct.type;
}

/* Writes one reference at offset `at` of the output section. */
static int write_use(struct context *ctx, const struct use *use, uint32_t sec, uint64_t at)
{
	const struct diff *diff = ctx->diff;
	const struct ref *ref = use->ref;
	uint32_t from = use->from;
	const struct elf_sym *sym = &input(ctx)->syms[ref->sym];
	/* The byte of the symbol's section that the field is computed from, before anything moves. */
	int64_t value = (int64_t)sym->value + ref->addend;
	const struct place *place;
	uint32_t target, type = avoid_got(ctx, from, ref, sec, at);

	arch_clear_field(input(ctx)->arch, input(ctx)->arch->reloc(ref->type), elf_out_bytes(ctx->out, sec, at));
	switch (use->use) {
	case REF_USE_COPY: {
		const struct piece *piece = side_piece(&diff->patched, ref->piece);

		place = &ctx->pieces[ref->piece];
		if (piece->class == SEC_SPECIAL_TEXT)
			place = find_block(ctx, from, piece->sec, piece->entry + (uint64_t)ref->target);
		if (!place || !place->sec)
			return diag_error(ctx->diag, input(ctx)->path, side_piece(&diff->patched, from)->name,
					  "internal error: it refers to %s, which was not copied", piece->name);
		elf_out_add_rela(ctx->out, sec, at, type, place->sym, value - (int64_t)place->origin);
		return 0;
	}
	case REF_USE_ENTRY:
		place = &ctx->entries[side_find_entry(&diff->patched, ref)];
		if (!place->sec)
			return diag_error(ctx->diag, input(ctx)->path, side_piece(&diff->patched, from)->name,
					  "internal error: it refers to its entry of %s, which was not copied",
					  input(ctx)->secs[sym->shndx].name);
		elf_out_add_rela(ctx->out, sec, at, type, elf_out_section_symbol(ctx->out, place->sec),
				 value - (int64_t)place->origin);
		return 0;
	case REF_USE_EXISTING:
	case REF_USE_UNDEFINED:
		target = plan_symbol_of_ref(diff, ref);
		if (!target) {
			elf_out_add_rela(ctx->out, sec, at, type, 0, ref->addend);
			return 0;
		}
		elf_out_add_rela(ctx->out, sec, at, type, planned_symbol(ctx, target),
				 value - (int64_t)input(ctx)->syms[target].value);
		return 0;
	default:
		return diag_error(ctx->diag, input(ctx)->path, side_piece(&diff->patched, from)->name,
				  "internal error: a reference to %s passed the gate", sym->name);
	}
}

/* Writes the references of a part whose first byte, `start` of its section, went to `offset` of the output section. */
static int write_part(struct context *ctx, const struct use_part *part, uint64_t start, uint32_t sec, uint64_t offset)
{
	const struct use *rows = &ctx->diff->selection->uses[part->first];
	int err = 0;

	for (uint32_t i = 0; i < part->n && !err; i++)
		err = write_use(ctx, &rows[i], sec, rows[i].ref->offset - start + offset);
	return err;
}

static int write_entry(struct context *ctx, const struct use_part *part)
{
	const struct entry *entry = &ctx->diff->patched.entries->v[part->id];
	const struct elf_sec *sec = &input(ctx)->secs[entry->sec];
	uint32_t id;
	uint64_t offset;

	if (!late_may_keep_entry(&ctx->late, part))
		return 0;
	id = table_like(ctx, sec, entry->size);
	offset = elf_out_append(ctx->out, id, sec->data + entry->offset, entry->present, 1);
	if (entry->present < entry->size)
		elf_out_append(ctx->out, id, NULL, entry->size - entry->present, 1);
	ctx->entries[part->id] = (struct place){.sec = id, .offset = offset, .origin = entry->offset - offset};
	return write_part(ctx, part, entry->offset, id, offset);
}

/*
 * Entries of bodies in the order of their tables, as the input has them; behind them those of blocks, which may be
 * there twice.
 */
static int write_entries(struct context *ctx)
{
	const struct selection *selection = ctx->diff->selection;
	uint32_t nentries = ctx->diff->patched.entries->n;
	const struct use_part **of_bodies = arena_array(ctx->arena, const struct use_part *, nentries);
	int err = 0;

	for (uint32_t i = 0; i < selection->nparts; i++) {
		const struct use_part *part = &selection->parts[i];

		if (part->context == USE_IN_ENTRY && selection->parts[part->body].context == USE_IN_BODY)
			of_bodies[part->id] = part;
	}
	for (uint32_t i = 0; i < nentries && !err; i++)
		if (of_bodies[i])
			err = write_entry(ctx, of_bodies[i]);
	for (uint32_t i = 0; i < selection->nparts && !err; i++) {
		const struct use_part *part = &selection->parts[i];

		if (part->context == USE_IN_ENTRY && selection->parts[part->body].context == USE_IN_BLOCK)
			err = write_entry(ctx, part);
	}
	return err;
}

/* Unwind records for code that is copied: what is in force at its start, and what changes inside. */
static void write_orc(struct context *ctx, uint32_t in_sec, uint64_t start, uint64_t end, const struct place *place)
{
	const struct entries *entries = ctx->diff->patched.entries;
	const struct elf_obj *obj = input(ctx);
	const struct orc_record *record;
	uint32_t n = entries->orc_size ? orc_in_range(entries, in_sec, start, end, &record) : 0;
	uint32_t unwind, ip;
	uint64_t offset;

	if (!n)
		return;
	unwind = table_like(ctx, &obj->secs[entries->orc_sec], entries->orc_size);
	ip = table_like(ctx, &obj->secs[entries->orc_ip_sec], 4);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = record[i].at < start ? start : record[i].at;

		elf_out_append(ctx->out, unwind, record[i].bytes, entries->orc_size, 1);
		offset = elf_out_append(ctx->out, ip, NULL, 4, 1);
		elf_out_add_rela(ctx->out, ip, offset, entries->orc_type, place->sym,
				 (int64_t)at - (int64_t)place->origin);
	}
}

static void write_all_orc(struct context *ctx)
{
	const struct diff *diff = ctx->diff;

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);

		if (is_included(diff, p) && piece->kind == PIECE_FUNC)
			write_orc(ctx, piece->sec, piece->start, piece->region_end, &ctx->pieces[p]);
	}
	for (uint32_t i = 0; i < diff->selection->nblocks; i++) {
		const struct text_block *block = &diff->selection->blocks[i];

		if (!block->is_replacement)
			write_orc(ctx, block->sec, block->start, block->end, &ctx->blocks[i]);
	}
}

static int write_block(struct context *ctx, const struct use_part *part)
{
	const struct text_block *block = &ctx->diff->selection->blocks[part->id];
	const struct place *place = &ctx->blocks[part->id];

	late_check_block(&ctx->late, part);
	return write_part(ctx, part, block->start, place->sec, place->offset);
}

static int write_bodies_and_blocks(struct context *ctx)
{
	const struct selection *selection = ctx->diff->selection;
	int err = 0;

	for (uint32_t i = 0; i < selection->nparts && !err; i++) {
		const struct use_part *part = &selection->parts[i];
		const struct place *place = &ctx->pieces[part->from];

		if (part->context == USE_IN_BODY)
			err = write_part(ctx, part, side_piece(&ctx->diff->patched, part->id)->start, place->sec,
					 place->offset);
		else if (part->context == USE_IN_BLOCK)
			err = write_block(ctx, part);
	}
	return err;
}

static int write_functions(struct context *ctx)
{
	const struct diff *diff = ctx->diff;

	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);
		struct plan_function function;

		if (diff->selection->v[p].why != WHY_CHANGED || piece->kind != PIECE_FUNC)
			continue;
		/* A refusal is reported there; the others are wanted too. */
		if (!plan_find_function(diff, ctx->target, diff->corr->to_orig[p], &function, ctx->diag))
			funcs_add(ctx->out, input(ctx)->arch, ctx->target->object, &function, ctx->pieces[p].sym);
	}
	return 0;
}

/* The ftrace locations of what is there, as gcc -mrecord-mcount has them, if the object has no such record. */
static void write_trace_sites(struct context *ctx)
{
	static const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC, .align = 8};
	const struct side *patched = &ctx->diff->patched;
	uint32_t id = 0;

	for (uint32_t p = 0; p < patched->pieces->n && patched->pieces->calls_traces; p++) {
		const struct piece *piece = side_piece(patched, p);
		uint64_t at;

		if (!piece->traced || !is_included(ctx->diff, p))
			continue;
		if (!id)
			id = elf_out_add_section(ctx->out, MCOUNT_SECTION, &attr);
		at = elf_out_append(ctx->out, id, NULL, attr.align, attr.align);
		elf_out_add_rela(ctx->out, id, at, input(ctx)->arch->reloc_abs64, ctx->pieces[p].sym,
				 (int64_t)(piece->trace_site - ctx->pieces[p].origin));
	}
}

/* What the author asked for; of what was left out whoever has the module can see it. */
static void write_author(struct context *ctx)
{
	const struct author *author = ctx->diff->author;
	const struct arch_ops *arch = input(ctx)->arch;

	for (uint32_t i = 0; i < author->ncallbacks; i++)
		funcs_add_callback(ctx->out, arch, ctx->target->object, author->callbacks[i].kind,
				   ctx->pieces[author->callbacks[i].function].sym);
	if (author->states != PIECE_NONE)
		funcs_add_states(ctx->out, arch, ctx->pieces[author->states].sym);
	for (uint32_t i = 0; i < author->nignored; i++)
		add_modinfo(ctx, MODINFO_IGNORED,
			    arena_printf(ctx->arena, "%s:%s", author->ignored[i].is_section ? "section" : "function",
					 author->ignored[i].name));
}

int output_new(const struct diff *diff, const struct plan_target *target, const struct plan *plan,
	       const struct kept *kept, struct elf_out **result, struct diag *diag)
{
	const struct side *patched = &diff->patched;
	struct context ctx = {
		.diff = diff,
		.target = target,
		.plan = plan,
		.diag = diag,
		.arena = arena_new(),
		.out = elf_out_new(patched->obj->arch),
		.late = {.diff = diff, .plan = plan, .diag = diag},
	};
	int err;

	ctx.pieces = arena_array(ctx.arena, struct place, patched->pieces->n);
	ctx.blocks = arena_array(ctx.arena, struct place, diff->selection->nblocks);
	ctx.entries = arena_array(ctx.arena, struct place, patched->entries->n);
	ctx.planned = arena_array(ctx.arena, uint32_t, patched->obj->nsyms);
	for (uint32_t p = 0; p < patched->pieces->n; p++)
		if (is_included(diff, p))
			place_piece(&ctx, p);
	place_symbols(&ctx);
	for (uint32_t i = 0; i < diff->selection->nblocks; i++)
		place_block(&ctx, i);
	/* Entries get their places here; then everything that is copied has one, and only references are written. */
	err = write_entries(&ctx);
	if (!err)
		err = write_bodies_and_blocks(&ctx);
	write_trace_sites(&ctx);
	write_all_orc(&ctx);
	if (!err)
		err = write_functions(&ctx);
	import_as_patched(&ctx);
	write_author(&ctx);
	write_accepted(&ctx);
	write_kept(&ctx, kept);
	strmap_free(&ctx.imports);
	arena_free(ctx.arena);
	if (err)
		elf_out_free(ctx.out);
	else
		*result = ctx.out;
	return err;
}
