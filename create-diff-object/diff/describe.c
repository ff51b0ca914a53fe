// SPDX-License-Identifier: GPL-2.0-only
/* Texts for explanations. See describe.h. */
#include "diff/describe.h"

#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "util/quote.h"

/* Longer texts are cut: enough to recognize a message. */
#define MAX_QUOTED 48

static void quote(const struct elf_sec *sec, uint64_t offset, char *text, size_t size)
{
	if (offset < sec->size)
		quote_text(sec->data + offset, sec->size - offset, MAX_QUOTED, text, size);
	else
		snprintf(text, size, "\"\"");
}

static void name_and_offset(const char *name, int64_t offset, char *text, size_t size)
{
	if (offset)
		snprintf(text, size, "%s%c%#llx", name, offset < 0 ? '-' : '+',
			 (unsigned long long)(offset < 0 ? -offset : offset));
	else
		snprintf(text, size, "%s", name);
}

/* As describe_ref(); offsets from the start of what has a name only if with_offset. */
static void describe(const struct side *side, uint32_t from, const struct ref *ref, bool with_offset, char *text,
		     size_t size)
{
	const struct piece *piece;

	if (ref->piece == PIECE_NONE) {
		name_and_offset(side->obj->syms[ref->sym].name, with_offset ? ref->target : 0, text, size);
		return;
	}
	piece = side_piece(side, ref->piece);
	if (piece->class == SEC_STRINGS && side_section(side, piece)->entsize <= 1 && ref->target >= 0)
		quote(side_section(side, piece), side_object_start(side, ref), text, size);
	else if (ref->piece == from && ref->target && piece->kind == PIECE_FUNC)
		name_and_offset(with_offset ? "" : "+", with_offset ? ref->target : 0, text, size);
	else
		name_and_offset(piece->name, with_offset ? ref->target + ref->shift : 0, text, size);
}

void describe_ref(const struct side *side, uint32_t from, const struct ref *ref, char *text, size_t size)
{
	describe(side, from, ref, true, text, size);
}

struct naming {
	const struct side *side;
	const struct arch_insn *insn;
	uint32_t from;
	bool with_numbers;
	char text[160];
};

static const char *name_field(void *arg, uint8_t field)
{
	struct naming *naming = arg;
	const struct piece *piece = side_piece(naming->side, naming->from);
	uint64_t at = naming->insn->offset + field;
	const struct ref *ref;

	if (refs_in_range(naming->side->refs, piece->sec, at, at + 1, &ref)) {
		describe(naming->side, naming->from, ref, naming->with_numbers, naming->text, sizeof(naming->text));
		return naming->text;
	}
	if (!naming->with_numbers)
		return "N";
	if (!naming->insn->is_branch || field != naming->insn->field_offset)
		return NULL;
	name_and_offset(naming->insn->target == piece->entry ? piece->name : "",
			(int64_t)(naming->insn->target - piece->entry), naming->text, sizeof(naming->text));
	return naming->text;
}

static uint32_t print_insn(struct naming *naming, uint64_t offset, char *text, size_t size)
{
	const struct elf_sec *sec = side_section(naming->side, side_piece(naming->side, naming->from));
	const struct arch_ops *arch = naming->side->obj->arch;
	struct arch_insn insn;

	naming->insn = &insn;
	if (arch->decode(sec->data, sec->size, offset, &insn) &&
	    arch->print(sec->data, sec->size, offset, name_field, naming, text, size))
		return insn.length;
	snprintf(text, size, ".byte 0x%02x", sec->data[offset]);
	return 1;
}

uint32_t describe_insn(const struct side *side, uint32_t from, uint64_t offset, char *text, size_t size)
{
	struct naming naming = {.side = side, .from = from, .with_numbers = true};

	return print_insn(&naming, offset, text, size);
}

uint32_t describe_form(const struct side *side, uint32_t from, uint64_t offset, char *text, size_t size)
{
	struct naming naming = {.side = side, .from = from};

	return print_insn(&naming, offset, text, size);
}
