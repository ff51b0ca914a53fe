// SPDX-License-Identifier: GPL-2.0-only
/*
 * Macros of the kernel make static locals that have no identity to keep (is_anonymous_variable()): a copy of the code
 * gets a copy of these, too. But a name says nothing of who gave it. A `static int __warned` that somebody wrote by
 * hand may be state that the code relies on, and the copy begins with what it was initialized with.
 *
 * What the macros make is used otherwise than by hand: the flags of WARN_ONCE() and the like have sections of their
 * own, and of a lock's class or a rate limit nothing but the address is used, as an argument.
 */
#include "diff/restarts.h"

#include "arch/arch.h"
#include "kernel/names.h"
#include "util/diag.h"

static bool is_restarting_kind(const struct side *side, const struct piece *piece)
{
	const struct elf_sec *sec = side_section(side, piece);

	return piece->kind == PIECE_DATA && piece->class == SEC_DATA && piece->anonymous &&
	       data_classify(sec) != DATA_CONST && !is_once_section(sec->name, piece->name) &&
	       !is_descriptor_section(sec->name) && side->obj->syms[piece->sym].size > 0;
}

/* Does an object have such a variable by that name? */
static bool has_kind(const struct side *side, const char *name)
{
	for (uint32_t p = 0; p < side->pieces->n; p++)
		if (is_restarting_kind(side, side_piece(side, p)) &&
		    sym_name_same_base(side_piece(side, p)->name, name))
			return true;
	return false;
}

/* Does the instruction at `at` read or write what the reference names, rather than take its address? */
static bool is_access(const struct side *side, uint32_t sec, const struct arch_insn *insn, const struct ref *ref)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	struct arch_flow flow;

	return insn->address_offset && ref->offset == insn->offset + insn->address_offset &&
	       side->obj->arch->decode_flow(text->data, text->size, insn->offset, &flow) &&
	       (flow.reads_memory || flow.writes_memory);
}

/* An included function that reads or writes the variable, or PIECE_NONE. */
static uint32_t find_accessor(const struct diff *diff, uint32_t variable)
{
	const struct side *patched = &diff->patched;

	for (uint32_t p = 0; p < patched->pieces->n; p++) {
		const struct piece *piece = side_piece(patched, p);
		const struct elf_sec *text = side_section(patched, piece);
		struct arch_insn insn;

		for (uint64_t at = piece->entry;
		     piece->kind == PIECE_FUNC && is_included(diff, p) && at < piece->region_end; at += insn.length) {
			const struct ref *refs;
			uint32_t n;

			arch_step(patched->obj->arch, text->data, text->size, at, &insn);
			n = refs_in_range(patched->refs, piece->sec, at, at + insn.length, &refs);
			for (uint32_t i = 0; i < n; i++)
				if (refs[i].piece == variable && is_access(patched, piece->sec, &insn, &refs[i]))
					return piece->root;
		}
	}
	return PIECE_NONE;
}

void restarts_warn(const struct diff *diff, struct diag *diag)
{
	for (uint32_t p = 0; p < diff->patched.pieces->n; p++) {
		const struct piece *piece = side_piece(&diff->patched, p);
		uint32_t accessor;

		if (!is_included(diff, p) || !is_restarting_kind(&diff->patched, piece) ||
		    !has_kind(&diff->orig, piece->name))
			continue;
		accessor = find_accessor(diff, p);
		if (accessor != PIECE_NONE)
			diag_warn(
				diag, RULE_STATE_RESTARTED, diff->patched.obj->path, piece->name,
				"%s() uses a new copy of this static variable, with its initial value, because kernel macros use such names; a variable with another name would stay the running kernel's",
				side_piece(&diff->patched, accessor)->name);
	}
}
