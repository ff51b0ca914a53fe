// SPDX-License-Identifier: GPL-2.0-only
/*
 * The name and sympos of a symbol come from the placement, which knows its address. Without one they come from the
 * symbol table, as long as only one symbol there can be meant.
 */
#include "klp/lookup.h"

#include <errno.h>
#include <string.h>

#include "kernel/names.h"
#include "place/placement.h"
#include "target/symtab.h"

/* What is known of a symbol that is looked for in the target's symbol table. */
struct wanted {
	const char *name;
	bool global;           /* other objects see it: it can only be a global symbol, unique among the global ones */
	bool hidden;           /* ... of the link: it may be a local symbol there */
	enum symtab_kind kind; /* SYMTAB_NOTYPE: unknown */
	uint64_t size;         /* bytes, of a local variable; 0: unknown */
	const struct elf_obj *obj; /* the original object, */
	uint32_t file;             /* and there the STT_FILE symbol of a local one; 0: unknown */
};

/* Of a name that the original object defines, or (sym 0) one that it only refers to. */
static struct wanted wanted_new(const struct elf_obj *obj, const char *name, uint32_t sym, bool global)
{
	struct wanted wanted = {.name = name, .global = global, .obj = obj};

	if (!sym)
		return wanted;
	if (obj->syms[sym].type == STT_FUNC)
		wanted.kind = SYMTAB_FUNC;
	else if (obj->syms[sym].type == STT_OBJECT)
		wanted.kind = SYMTAB_OBJECT;
	if (!global && wanted.kind == SYMTAB_OBJECT)
		wanted.size = obj->syms[sym].size;
	/* In the output of 'ld -r', each source file's local symbols stand behind its own. */
	while (!global && --sym && !wanted.file)
		if (obj->syms[sym].type == STT_FILE && *obj->syms[sym].name)
			wanted.file = sym;
	return wanted;
}

static bool is_in_group(const struct symtab *tab, uint32_t group, const char *name)
{
	for (uint32_t id = symtab_find(tab, name); id != SYMTAB_NONE; id = tab->syms[id].next)
		if (tab->syms[id].file == group)
			return true;
	return false;
}

/*
 * Does a group of the table have all functions and variables of the source file that have names of their own and stay?
 */
static bool has_all_names(const struct symtab *tab, uint32_t group, const struct wanted *wanted)
{
	const struct elf_obj *obj = wanted->obj;

	for (uint32_t i = wanted->file + 1; i < obj->nsyms && obj->syms[i].type != STT_FILE; i++) {
		const struct elf_sym *sym = &obj->syms[i];
		enum sec_class class;

		if (!elf_sym_is_local(sym) || !elf_sym_has_section(sym) ||
		    (sym->type != STT_FUNC && sym->type != STT_OBJECT))
			continue;
		class = sec_classify(&obj->secs[sym->shndx]);
		if ((class == SEC_TEXT || class == SEC_DATA) && !is_prefix_symbol(sym->name) &&
		    !sym_name_parse(sym->name).has_number && !is_in_group(tab, group, sym->name))
			return false;
	}
	return true;
}

/*
 * The group of a source file in the table: SYMTAB_NONE if none has its name. The kernel has dozens of core.c, and a
 * file has one group: of several, the only one that has all names of the file. Returns -EPERM if none or several have.
 */
static int find_group(const struct symtab *tab, const struct wanted *wanted, uint32_t *group)
{
	const char *name = wanted->obj->syms[wanted->file].name;
	uint32_t first = SYMTAB_NONE, whole = 0, count = 0;

	for (uint32_t id = 0; id < tab->nsyms; id++) {
		if (tab->syms[id].kind != SYMTAB_FILE || strcmp(tab->syms[id].name, name))
			continue;
		count++;
		if (first == SYMTAB_NONE)
			first = id;
		if (has_all_names(tab, id, wanted)) {
			whole++;
			*group = id;
		}
	}
	if (count > 1)
		return whole == 1 ? 0 : -EPERM;
	*group = first;
	return 0;
}

/*
 * Looks a name up in the symbol table: 1 found, 0 not there, -EPERM more than one could be meant. What the object has
 * as a local symbol may have been inlined or cloned in the target: a global symbol of the name is another file's then,
 * and so is a local one that a table with FILE symbols has in the group of another file.
 */
static int find_in_symtab(const struct symtab *tab, const struct wanted *wanted, struct found *found)
{
	bool has_group = wanted->file && tab->has_files;
	uint32_t match = SYMTAB_NONE, count = 0, group = SYMTAB_NONE;
	int err = has_group ? find_group(tab, wanted, &group) : 0;

	for (uint32_t id = symtab_find(tab, wanted->name); id != SYMTAB_NONE; id = tab->syms[id].next) {
		const struct symtab_sym *sym = &tab->syms[id];

		/* A symbol that assembly defines has no type. */
		if ((!sym->any_bind && !wanted->hidden && sym->local == wanted->global) ||
		    (wanted->kind != SYMTAB_NOTYPE && sym->kind != SYMTAB_NOTYPE && sym->kind != wanted->kind) ||
		    (wanted->size && sym->size && sym->size != wanted->size) ||
		    (has_group && !err && (group == SYMTAB_NONE || sym->file != group)))
			continue;
		match = id;
		count++;
	}
	if (!count)
		return 0;
	if (err || count > 1)
		return -EPERM;
	/* A global symbol is what the link found under its name, whatever its code is. */
	*found = (struct found){
		.name = tab->syms[match].name,
		.sympos = symtab_sympos(tab, match),
		.by_name = !wanted->global,
		.in_file = has_group,
	};
	return 1;
}

int lookup_global(const struct symtab *tab, const char *name, struct found *found)
{
	const struct wanted wanted = {.name = name, .global = true};

	return find_in_symtab(tab, &wanted, found);
}

/*
 * Does the final link make a global symbol local? It does so with hidden ones; ThinLTO hides what it makes global, so
 * that another file can call it.
 */
static bool is_hidden(const struct diff *diff, const char *name)
{
	const struct elf_obj *objs[] = {diff->orig.obj, diff->patched.obj};

	for (size_t i = 0; i < sizeof(objs) / sizeof(objs[0]); i++) {
		uint32_t sym = elf_obj_find_symbol(objs[i], name);

		if (sym && (objs[i]->syms[sym].vis == STV_HIDDEN || objs[i]->syms[sym].vis == STV_INTERNAL))
			return true;
	}
	return promoted_name_length(name);
}

int lookup_symbol(const struct diff *diff, const struct plan_target *target, const char *name, bool defined,
		  bool global, struct found *found)
{
	const struct placement_record *record =
		target->placement ? placement_find(target->placement, name, defined) : NULL;
	struct wanted wanted;
	int status;

	if (record && record->target_name) {
		*found = (struct found){.name = record->target_name, .sympos = record->sympos};
		return 1;
	}
	if (target->placement && target->placement->base_is_same && (record || defined))
		return 0;
	wanted = wanted_new(diff->orig.obj, name, elf_obj_find_symbol(diff->orig.obj, name), global);
	wanted.hidden = global && is_hidden(diff, name);
	status = find_in_symtab(target->symtab, &wanted, found);
	/* Numbers of static locals and clones change with the code, so that the name may be another's here. */
	if (status > 0 && !found->in_file && target->placement && sym_name_parse(name).has_number)
		status = -EPERM;
	return status;
}

uint32_t lookup_id(const struct symtab *tab, const struct found *found)
{
	uint32_t id = symtab_find(tab, found->name);

	for (uint32_t pos = found->sympos; id != SYMTAB_NONE && pos > 1; pos--)
		id = tab->syms[id].next;
	return id;
}

bool lookup_has_sympos(const struct symtab *tab, const struct found *found)
{
	uint32_t id = lookup_id(tab, found);

	return id == SYMTAB_NONE || symtab_has_sympos(tab, id);
}
