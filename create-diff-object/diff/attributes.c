// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of existing data. New code is compiled for what the patch says of a variable, and uses the running
 * kernel's: with `buf` aligned to a page, GCC computes `(long)buf & 4095` as 0, and the one that runs may stand
 * anywhere.
 *
 * An object file does not have the alignment that the source demands, only where things stand. With -fdata-sections a
 * variable has a section of its own, and its alignment is the section's. In a shared section (`.data..read_mostly`) a
 * variable at a round offset need not have asked for it. There it is raised for sure if it stands behind more padding
 * than its old alignment can explain, or at a multiple of what the section did not even have before, and no new
 * variable there can be the reason.
 *
 * Where the running variable stands does not excuse it: what happens to be aligned in one build of the kernel is no
 * promise, and that the patch wants to move data remains undone.
 */
#include "diff/attributes.h"

static uint64_t alignment_at(const struct elf_sec *sec, uint64_t offset)
{
	uint64_t lowest = offset & -offset;

	return !offset || lowest > sec->align ? sec->align : lowest;
}

uint64_t attributes_alignment(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return alignment_at(side_section(side, piece), piece->entry);
}

/* Bytes between a piece and the one before it. */
static uint64_t padding_before(const struct side *side, uint32_t id)
{
	const struct piece *piece = side_piece(side, id);

	return id > side->pieces->first_of_sec[piece->sec] ? piece->entry - side_piece(side, id - 1)->end : 0;
}

static uint32_t count_neighbours(const struct side *side, uint32_t id)
{
	uint32_t sec = side_piece(side, id)->sec;

	return side->pieces->end_of_sec[sec] - side->pieces->first_of_sec[sec];
}

static bool alignment_is_raised(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p)
{
	uint64_t before = attributes_alignment(orig, o), now = attributes_alignment(patched, p);

	if (now <= before)
		return false;
	if (padding_before(patched, p) >= before)
		return true;
	return now > side_section(orig, side_piece(orig, o))->align &&
	       count_neighbours(patched, p) <= count_neighbours(orig, o);
}

enum difference attributes_compare(const struct side *orig, uint32_t o, const struct side *patched, uint32_t p)
{
	const struct piece *o_piece = side_piece(orig, o), *p_piece = side_piece(patched, p);
	const struct elf_sec *o_sec = side_section(orig, o_piece), *p_sec = side_section(patched, p_piece);

	if (o_piece->class != p_piece->class)
		return DIFF_SECTION;
	if (p_piece->class != SEC_DATA)
		return DIFF_NONE;
	if (data_classify(o_sec) != data_classify(p_sec))
		return DIFF_KIND;
	if (!has_same_promise(o_sec->name, p_sec->name))
		return DIFF_SECTION;
	return alignment_is_raised(orig, o, patched, p) ? DIFF_ALIGNMENT : DIFF_NONE;
}
