// SPDX-License-Identifier: GPL-2.0-only
/*
 * A static call of a module is kept as a call of its trampoline, and a call of a module's function needs no call depth
 * accounting, so the entries of these are dropped; the rest is refused. A static key can be tested at run time, but
 * only the compiler can do that: kpatch-build/lib/keys.sh finds the record of the key, compiles the pair again and
 * comes back.
 */
#include "klp/late.h"

#include "arch/arch.h"
#include "util/diag.h"

static const struct elf_obj *input(const struct late *late)
{
	return late->diff->patched.obj;
}

/* The name of the first symbol in a range of a part that is resolved late, or NULL. */
static const char *find_symbol(const struct late *late, const struct use_part *part, uint64_t start, uint64_t end)
{
	for (uint32_t i = 0; i < part->n; i++) {
		const struct use *use = &late->diff->selection->uses[part->first + i];
		uint32_t sym;

		if (use->use == REF_USE_COPY || use->use == REF_USE_ENTRY || use->ref->offset < start ||
		    use->ref->offset >= end)
			continue;
		sym = plan_symbol_of_ref(late->diff, use->ref);
		if (sym && late->plan->of_sym[sym].kind == PLAN_LATE)
			return input(late)->syms[sym].name;
	}
	return NULL;
}

/* The lengths of the instructions at the site that the kernel may rewrite when the livepatch is loaded. */
static uint64_t site_length(const struct late *late, const struct entry *entry)
{
	const struct elf_sec *text = &input(late)->secs[entry->site_sec];
	struct arch_insn insn;

	if (entry->site_len || entry->row->site_bytes)
		return entry->site_len ? entry->site_len : entry->row->site_bytes;
	return input(late)->arch->decode(text->data, text->size, entry->site, &insn) ? insn.length : 0;
}

static void refuse_entry(struct late *late, const struct entry *entry, uint32_t owner, const char *symbol)
{
	bool is_key = entry->row->tests_key;
	const char *place = side_piece(&late->diff->patched, owner)->name;

	if (symbol != late->refused || owner != late->refused_owner)
		diag_refuse(
			late->diag, is_key ? RULE_MODULE_KEY : RULE_MODULE_LATE, input(late)->path, place,
			is_key ? "its jump label in %s tests %s, a static key of a module, whose address is known only once that module is loaded; compile both objects with run-time-keys.h"
			       : "its entry in %s depends on %s of a module, whose address is known only once that module is loaded",
			entry->row->section, symbol);
	if (is_key)
		diag_record(late->diag, "key", RULE_MODULE_KEY, place, symbol);
	late->refused = symbol;
	late->refused_owner = owner;
}

bool late_may_keep_entry(struct late *late, const struct use_part *part)
{
	const struct entry *entry = &late->diff->patched.entries->v[part->id];
	const struct use_part *body = &late->diff->selection->parts[part->body];
	const char *symbol = find_symbol(late, part, entry->offset, entry->offset + entry->size);

	if (symbol && entry->row->may_drop_late)
		return false;
	if (!symbol && entry->row->site) {
		symbol = find_symbol(late, body, entry->site, entry->site + site_length(late, entry));
		if (symbol && entry->row->may_drop)
			return false;
	}
	if (symbol)
		refuse_entry(late, entry, part->from, symbol);
	return true;
}

void late_check_block(const struct late *late, const struct use_part *part)
{
	const struct text_block *block = &late->diff->selection->blocks[part->id];
	/* What is not copied over the function when the livepatch is loaded may be completed later. */
	const char *symbol = block->is_replacement ? find_symbol(late, part, block->start, block->end) : NULL;

	if (symbol)
		diag_refuse(
			late->diag, RULE_MODULE_LATE, input(late)->path,
			side_piece(&late->diff->patched, block->owner)->name,
			"instructions in %s depend on %s of a module, whose address is known only once that module is loaded",
			input(late)->secs[block->sec].name, symbol);
}
