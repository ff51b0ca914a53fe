// SPDX-License-Identifier: GPL-2.0-only
/*
 * `.orc_unwind_ip` and `.orc_unwind` are two arrays side by side: a distance to an instruction, and what the unwinder
 * must know from there on. A record is in force up to the next one, across the border of two functions too: where
 * several share a section, objtool writes none at the start of one that begins as the one before it ended.
 * In the `.sched.text` of a 6.1 kernel, __cond_resched() has no record of its own.
 *
 * So they are no entries that belong to a function. They are read into one list here, and klp/output.c writes for each
 * piece of copied code what is in force at its start and what changes inside.
 */
#include "object/orc.h"

#include <stdlib.h>

#include "arch/arch.h"
#include "kernel/special.h"
#include "object/layout.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/search.h"

static int compare_records(const void *a, const void *b)
{
	const struct orc_record *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* Code that is left behind, as constructors of sanitizers are. */
static bool is_of_ignored(const struct elf_obj *obj, const struct ref *ref)
{
	const struct elf_sym *sym = &obj->syms[ref->sym];

	return ref->piece == PIECE_NONE && elf_sym_has_section(sym) &&
	       sec_classify(&obj->secs[sym->shndx]) == SEC_IGNORED;
}

static int read_records(const struct pieces *pieces, const struct refs *refs, uint32_t n, struct entries *entries,
			struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	const struct elf_sec *unwind = &obj->secs[entries->orc_sec];
	const struct ref *ref = refs->of_sec[entries->orc_ip_sec];
	uint32_t used = 0;

	entries->orc = arena_array(entries->arena, struct orc_record, n);
	for (uint32_t i = 0; i < n; i++) {
		if (ref[i].offset == (uint64_t)i * 4 && is_of_ignored(obj, &ref[i]))
			continue;
		if (ref[i].offset != (uint64_t)i * 4 || ref[i].piece == PIECE_NONE || ref[i].type != ref->type)
			return diag_error(diag, obj->path, ORC_IP_SECTION, "entry %u is no distance to an instruction",
					  i);
		entries->orc[used++] = (struct orc_record){
			.sec = pieces->v[ref[i].piece].sec,
			.at = pieces->v[ref[i].piece].entry + (uint64_t)ref[i].target,
			.bytes = unwind->data + (uint64_t)i * entries->orc_size,
		};
	}
	entries->orc_type = ref->type;
	qsort(entries->orc, used, sizeof(*entries->orc), compare_records);
	/* Of two for one place the later one counts, as in the kernel's search. */
	for (uint32_t i = 0; i < used; i++) {
		const struct orc_record *next = &entries->orc[i + 1];

		if (i + 1 < used && next->sec == entries->orc[i].sec && next->at == entries->orc[i].at)
			continue;
		entries->orc[entries->norc++] = entries->orc[i];
	}
	return 0;
}

int orc_read(const struct pieces *pieces, const struct refs *refs, const struct layout *layout, struct entries *entries,
	     struct diag *diag)
{
	const struct elf_obj *obj = pieces->obj;
	const struct special_row *row = arch_find_special(obj->arch, ORC_SECTION);
	uint32_t unwind = elf_obj_find_section_index(obj, ORC_SECTION);
	uint32_t ip = elf_obj_find_section_index(obj, ORC_IP_SECTION);
	uint32_t given = layout_size(layout, row);
	uint64_t n = ip ? obj->secs[ip].size / 4 : 0, size = unwind ? obj->secs[unwind].size : 0;

	if (!n && !size)
		return 0;
	if (!n || !size || !obj->secs[unwind].data || obj->secs[ip].size % 4 || size % n || refs->count[ip] != n)
		return diag_error(diag, obj->path, ORC_IP_SECTION, "does not match the %lu bytes of .orc_unwind",
				  (unsigned long)size);
	if (size / n != given && size / n != row->layouts[0].size)
		return diag_error(diag, obj->path, ORC_SECTION, "its %lu records have %lu bytes each, want %u",
				  (unsigned long)n, (unsigned long)(size / n), given ? given : row->layouts[0].size);
	if (given && size / n != given)
		diag_warn(diag, RULE_ENTRY_SIZE, obj->path, ORC_SECTION,
			  "records have %u bytes here, not %u as %s says", (unsigned int)(size / n), given,
			  layout_source(layout, row));
	entries->orc_size = (uint32_t)(size / n);
	entries->orc_sec = unwind;
	entries->orc_ip_sec = ip;
	return read_records(pieces, refs, (uint32_t)n, entries, diag);
}

uint32_t orc_in_range(const struct entries *entries, uint32_t sec, uint64_t start, uint64_t end,
		      const struct orc_record **first)
{
	const struct orc_record *orc = entries->orc;
	/* The first record behind start. */
	uint32_t low = lower_bound(entries->norc, i, orc[i].sec < sec || (orc[i].sec == sec && orc[i].at <= start));
	uint32_t n = 0;

	if (low && entries->orc[low - 1].sec == sec)
		low--;
	*first = entries->orc + low;
	while (low + n < entries->norc && entries->orc[low + n].sec == sec && entries->orc[low + n].at < end)
		n++;
	return n;
}
