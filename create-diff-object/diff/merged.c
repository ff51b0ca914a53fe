// SPDX-License-Identifier: GPL-2.0-only
/*
 * GCC gives one place to constants of equal content whose addresses nobody compares (-fipa-icf): `map` and `other` are
 * two names of one variable. If a patch changes one of them, both stand alone in the new object, and one name has no
 * partner: it looks like a new variable. It is an old one with another content: what keeps its address has the running
 * kernel's. So it is with functions of equal code (spi_mem_no_dirmap_read() and _write() of drivers/spi/spi-mem.c).
 */
#include "diff/merged.h"

#include <string.h>

#include "diff/pairing.h"
#include "kernel/names.h"

/*
 * How many names of a piece are the name of what is looked for, or, where the compiler numbers it, are of one name of
 * the source?
 */
static uint32_t count_names(const struct side *side, uint32_t id, const char *name, bool is_numbered)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < side->obj->nsyms; i++) {
		const struct elf_sym *sym = &side->obj->syms[i];

		if (side->pieces->of_sym[i] != id || elf_sym_is_section(sym) ||
		    sym->value != side_piece(side, id)->entry)
			continue;
		count += is_numbered ? sym_name_same_base(sym->name, name) : !strcmp(sym->name, name);
	}
	return count;
}

uint32_t merged_before(const struct diff *diff, uint32_t patched)
{
	const struct piece *piece = side_piece(&diff->patched, patched);
	bool is_numbered = pairing_is_numbered(&diff->patched, patched);
	const struct elf_obj *orig = diff->orig.obj;

	if ((piece->kind == PIECE_DATA ? piece->class != SEC_DATA
				       : piece->kind != PIECE_FUNC || piece->root != patched) ||
	    !piece->sym || diff->corr->to_orig[patched] != PIECE_NONE || piece->anonymous)
		return PIECE_NONE;
	for (uint32_t i = 1; i < orig->nsyms; i++) {
		uint32_t o = diff->orig.pieces->of_sym[i], other = o == PIECE_NONE ? o : diff->corr->to_patched[o];

		if (other == PIECE_NONE || i == side_piece(&diff->orig, o)->sym)
			continue;
		if (count_names(&diff->orig, o, piece->name, is_numbered) >
		    count_names(&diff->patched, other, piece->name, is_numbered))
			return o;
	}
	return PIECE_NONE;
}
