// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch of one line may change twenty functions: a callee was inlined into them, a structure grew, a macro of a
 * header changed. Each has a paragraph: what changed (code, an entry of a special table, data, a part), or who needs
 * it, and how its references are resolved. Structures whose layout differs come last.
 */
#include "diff/explain.h"

#include <stdlib.h>
#include <string.h>

#include "diff/describe.h"
#include "diff/explain-code.h"
#include "diff/lines.h"
#include "elf/debug.h"
#include "util/fold.h"
#include "util/memory.h"

static void print_bytes(const struct explaining *ctx, const char *mark, const struct side *side, uint32_t id,
			uint64_t where)
{
	const struct piece *piece = side_piece(side, id);
	const struct elf_sec *sec = side_section(side, piece);
	uint64_t at = piece->start + where;
	const struct ref *ref;
	char text[DESCRIBE_MAX];

	fprintf(ctx->out, "  %s  +0x%-5lx ", mark, (unsigned long)where);
	if (at >= piece->end)
		fprintf(ctx->out, "(ends)");
	else if (refs_in_range(side->refs, piece->sec, at, at + 1, &ref)) {
		describe_ref(side, id, ref, text, sizeof(text));
		fprintf(ctx->out, "%s", text);
	} else {
		for (unsigned int i = 0; i < 8 && at + i < piece->end; i++)
			fprintf(ctx->out, "%02x ", sec->data ? sec->data[at + i] : 0);
	}
	fputc('\n', ctx->out);
}

/* The instructions that an entry puts over those at its site. */
static void print_replacement(const struct explaining *ctx, const char *mark, const struct side *side,
			      const struct entry *entry)
{
	struct replacement by;
	uint32_t length;

	if (!entry->repl || !side_replacement(side, entry, &by))
		return;
	fprintf(ctx->out, "  %s  replaced by:\n", mark);
	for (uint64_t at = by.start; at < by.end; at += length) {
		length = explain_insn(ctx, mark, side, by.piece, at);
		if (!length)
			break;
	}
}

/* What an entry holds, and whom it names besides its own function: a static key, the file of a WARN(). */
static void print_entry(const struct explaining *ctx, const char *mark, const struct side *side, uint32_t id,
			uint64_t site, const struct entry *entry)
{
	const uint8_t *bytes = side->obj->secs[entry->sec].data + entry->offset;
	const struct ref *refs;
	uint32_t n = side_entry_refs(side, entry, &refs);
	char text[DESCRIBE_MAX];

	explain_insn(ctx, mark, side, id, site);
	fprintf(ctx->out, "  %s  entry:", mark);
	for (uint32_t i = 0; i < entry->present; i++)
		fprintf(ctx->out, " %02x", bytes[i]);
	for (uint32_t i = 0; i < n; i++) {
		const struct piece *target = refs[i].piece == PIECE_NONE ? NULL : side_piece(side, refs[i].piece);

		if (target && (target->root == side_piece(side, id)->root || target->class == SEC_SPECIAL_TEXT))
			continue;
		describe_ref(side, id, &refs[i], text, sizeof(text));
		fprintf(ctx->out, " %s", text);
	}
	fputc('\n', ctx->out);
	print_replacement(ctx, mark, side, entry);
}

static void explain_entry(const struct explaining *ctx, uint32_t p, const struct change_info *info)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	const struct entry *entry = info->entry ? info->entry : info->orig_entry;
	const char *table = info->entry ? patched->obj->secs[entry->sec].name : orig->obj->secs[entry->sec].name;
	uint32_t o = ctx->diff->corr->to_orig[p];
	uint64_t o_at = side_piece(orig, o)->entry, p_at = side_piece(patched, p)->entry;

	if (info->orig_entry && info->orig_entry->site_sec == side_piece(orig, o)->sec)
		o_at = info->orig_entry->site;
	if (info->entry && info->entry->site_sec == side_piece(patched, p)->sec)
		p_at = info->entry->site;
	fprintf(ctx->out, "  reason: an entry of %s %s\n", table,
		!info->entry        ? "that the patched function no longer has"
		: !info->orig_entry ? "that the original function does not have"
				    : "has other contents or a replacement that differs");
	if (info->orig_entry)
		print_entry(ctx, "-", orig, o, o_at, info->orig_entry);
	if (info->entry)
		print_entry(ctx, "+", patched, p, p_at, info->entry);
}

static void explain_change(const struct explaining *ctx, uint32_t p)
{
	const struct side *orig = &ctx->diff->orig, *patched = &ctx->diff->patched;
	const struct change_info *info = &ctx->diff->changes->v[p];
	const struct piece *piece = side_piece(patched, p);
	uint32_t part = piece->part;

	switch (info->why) {
	case DIFF_ENTRY:
		explain_entry(ctx, p, info);
		break;
	case DIFF_KIND:
		fprintf(ctx->out, "  reason: it is in section %s instead of %s\n", side_section(patched, piece)->name,
			side_section(orig, side_piece(orig, ctx->diff->corr->to_orig[p]))->name);
		break;
	case DIFF_PART:
		fprintf(ctx->out, "  reason: its .cold part, see %s\n",
			part == PIECE_NONE ? "the original" : side_piece(patched, part)->name);
		break;
	case DIFF_CONSTANT:
		fprintf(ctx->out, "  reason: %s %s, which changed\n", piece->kind == PIECE_FUNC ? "reads" : "refers to",
			side_piece(patched, info->by)->name);
		break;
	case DIFF_LABELS:
		fprintf(ctx->out, "  reason: its table of labels for `goto *`\n");
		break;
	default:
		if (piece->kind == PIECE_FUNC) {
			explain_code(ctx, p, info->where - (piece->entry - piece->start));
		} else {
			print_bytes(ctx, "-", orig, ctx->diff->corr->to_orig[p], info->where);
			print_bytes(ctx, "+", patched, p, info->where);
		}
	}
}

/* ---- who needs it ---- */

/* Says where by refers to p. */
static void print_user(const struct explaining *ctx, uint32_t p, uint32_t by)
{
	const struct selection *selection = ctx->diff->selection;
	const struct side *patched = &ctx->diff->patched;
	const struct piece *user = side_piece(patched, by);

	for (uint32_t k = 0; k < selection->nparts; k++) {
		const struct use_part *part = &selection->parts[k];

		for (uint32_t i = 0; part->from == by && part->context == USE_IN_BODY && i < part->n; i++) {
			const struct ref *ref = selection->uses[part->first + i].ref;

			if (ref->piece == PIECE_NONE || (ref->piece != p && side_piece(patched, ref->piece)->root != p))
				continue;
			fprintf(ctx->out, "%s %s+%#lx", ref->is_branch ? "called by" : "used by", user->name,
				(unsigned long)(ref->offset - user->entry));
			return;
		}
	}
	fprintf(ctx->out, "used by an entry of %s in a special section", user->name);
}

/* The chain of users up to what is there for a reason of its own. */
static void print_users(const struct explaining *ctx, uint32_t p)
{
	const struct selection *selection = ctx->diff->selection;

	for (const char *glue = ""; selection->v[p].why == WHY_NEEDED || selection->v[p].why == WHY_PART;
	     p = selection->v[p].by, glue = ", which is ") {
		fputs(glue, ctx->out);
		if (selection->v[p].why == WHY_PART)
			fprintf(ctx->out, "the .cold part of %s",
				side_piece(&ctx->diff->patched, selection->v[p].by)->name);
		else
			print_user(ctx, p, selection->v[p].by);
	}
	fputc('\n', ctx->out);
}

/* Does an earlier row of the piece tell the same of the same thing? */
static bool is_told(const struct explaining *ctx, const struct use_part *part, uint32_t row)
{
	const struct use *rows = &ctx->diff->selection->uses[part->first], *use = &rows[row];

	for (uint32_t i = 0; i < row; i++)
		if (rows[i].reason == use->reason && rows[i].ref->piece == use->ref->piece &&
		    (use->ref->piece != PIECE_NONE || rows[i].ref->sym == use->ref->sym))
			return true;
	return false;
}

/* The rows of the table of uses: what each reference of a body is resolved to. */
static void print_uses(const struct explaining *ctx, uint32_t p)
{
	const struct selection *selection = ctx->diff->selection;
	const struct side *patched = &ctx->diff->patched;

	for (uint32_t k = 0; k < selection->nparts; k++) {
		const struct use_part *part = &selection->parts[k];

		for (uint32_t i = 0; part->from == p && part->context == USE_IN_BODY && i < part->n; i++) {
			const struct use *use = &selection->uses[part->first + i];
			char text[DESCRIBE_MAX];

			/* The function's own places are many, and say nothing. */
			if (use->reason == USE_OWN || is_told(ctx, part, i))
				continue;
			describe_ref(patched, p, use->ref, text, sizeof(text));
			fprintf(ctx->out, "  use: %s: %s\n", text, selection_reason_text(use->reason));
		}
	}
}

static void explain_piece(const struct explaining *ctx, uint32_t p)
{
	const struct change_info *info = &ctx->diff->changes->v[p];
	const struct piece *piece = side_piece(&ctx->diff->patched, p);
	bool included = is_included(ctx->diff, p), changed = info->change == CHANGE_CHANGED;

	fprintf(ctx->out, "%s: %s: ", ctx->file, piece->name);
	if (changed && info->copied)
		fprintf(ctx->out,
			"changed, and copied for its %s: ", piece->kind == PIECE_FUNC ? "callers" : "readers");
	else if (changed)
		fprintf(ctx->out, "changed%s: ", included ? "" : ", but can't be livepatched");
	else if (included && ctx->diff->selection->v[p].why == WHY_NEW)
		fprintf(ctx->out, "new: other objects may use it");
	else if (included && ctx->diff->selection->v[p].why == WHY_ASKED)
		fprintf(ctx->out, "new: the patch hands it to the kernel");
	else if (info->change == CHANGE_NEW)
		fprintf(ctx->out, "%s: ", piece->anonymous ? "copied" : "new");
	else
		fprintf(ctx->out, "copied: ");
	if (changed && ctx->diff->selection->v[p].why != WHY_NEEDED)
		fprintf(ctx->out, "%s differs", difference_text(info->why));
	if (included)
		print_users(ctx, p);
	else
		fputc('\n', ctx->out);
	if (changed)
		explain_change(ctx, p);
	if (included)
		print_uses(ctx, p);
}

static void print_layout(void *arg, const char *name, uint64_t o_size, uint64_t p_size, const char *member,
			 uint64_t o_offset, uint64_t p_offset)
{
	struct explaining *ctx = arg;

	ctx->layouts_differ = true;
	if (!ctx->out)
		return;
	fprintf(ctx->out, "%s: struct %s: ", ctx->file, name);
	if (o_size != p_size)
		fprintf(ctx->out, "%lu bytes instead of %lu%s", (unsigned long)p_size, (unsigned long)o_size,
			member ? "; " : "");
	if (member)
		fprintf(ctx->out, "%s moved from +%#lx to +%#lx", member, (unsigned long)o_offset,
			(unsigned long)p_offset);
	fputc('\n', ctx->out);
}

/* Instructions and bytes stand in columns, behind their mark; all else are sentences. */
static void put_lines(FILE *out, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		if (!strncmp(text, "  ", 2) && memchr("-+ ", text[2], 3))
			fprintf(out, "%.*s\n", len, text);
		else
			fold_printf(out, "%.*s", len, text);
		text += text[len] ? len + 1 : len;
	}
}

void explain(const struct diff *diff, FILE *out)
{
	char *text = NULL;
	size_t size;
	const char *slash = strrchr(diff->patched.obj->path, '/');
	struct explaining ctx = {
		.diff = diff,
		.file = slash ? slash + 1 : diff->patched.obj->path,
		.o_debug = debug_of(diff->orig.obj),
		.p_debug = debug_of(diff->patched.obj),
		.lines = lines_new(&diff->orig, &diff->patched),
	};

	if (ctx.o_debug && ctx.p_debug)
		debug_compare_layouts(ctx.o_debug, ctx.p_debug, print_layout, &ctx);
	ctx.out = open_memstream(&text, &size);
	if (!ctx.out)
		memory_exhausted();
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++)
		if (is_included(diff, p) || diff->changes->v[p].change == CHANGE_CHANGED)
			explain_piece(&ctx, p);
	if (ctx.layouts_differ)
		debug_compare_layouts(ctx.o_debug, ctx.p_debug, print_layout, &ctx);
	if (fclose(ctx.out))
		memory_exhausted();
	put_lines(out, text);
	free(text);
	lines_free(ctx.lines);
}
