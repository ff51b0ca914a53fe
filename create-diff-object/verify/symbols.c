// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about who resolves a reference: L2 to L5. Each livepatch relocation is looked at through its symbol and
 * the object whose arrival applies it; each ordinary undefined symbol through what the target exports.
 */
#include <string.h>

#include "target/symtab.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/target.h"

/* Calls fn for each readable livepatch relocation whose symbol has a readable name. */
static void for_each_klp_rela(struct verify *v,
			      void (*fn)(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
					 const struct klp_sym_name *name))
{
	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		for (uint32_t j = 0; j < sec->nrelas; j++)
			if (v->names[sec->relas[j].sym].object)
				fn(v, sec, &sec->relas[j], &v->names[sec->relas[j].sym]);
	}
}

static void check_module_symbol(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
				const struct klp_sym_name *name)
{
	if (sec->is_late && name->is_vmlinux)
		verify_violated(
			v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
			"klp_resolve_symbols() refuses it; applied late, it would land in code that the kernel has already rewritten",
			"a vmlinux symbol is in the livepatch section of module %s", sec->object);
}

void verify_check_module_symbol(struct verify *v)
{
	for_each_klp_rela(v, check_module_symbol);
}

/*
 * An exported name can have static namesakes: then the sympos says which one is meant, and only the global
 * one is exported.
 */
static void check_exported(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			   const struct klp_sym_name *name)
{
	const struct symvers_entry *entry = symvers_find(v->symvers, name->symbol);
	uint32_t id;

	if (!name->is_vmlinux || !entry || strcmp(entry->module, KLP_VMLINUX) || module_namespace_is_closed(entry->ns))
		return;
	if (symtab_count(v->symbols, name->symbol) > 1) {
		id = verify_find_sympos(v->symbols, name->symbol, name->sympos);
		if (id != SYMTAB_NONE && v->symbols->syms[id].local)
			return;
	}
	verify_violated(
		v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
		"it must be an ordinary relocation: the loader resolves it before anything else, and checks its CRC",
		"vmlinux exports %s, yet it is in a livepatch section", name->symbol);
}

void verify_check_exported(struct verify *v)
{
	/* A closed namespace, as which a symbol is not exported, is known with the versions. */
	if (v->has_versions)
		for_each_klp_rela(v, check_exported);
	else
		verify_skipped(v, "exports and their namespaces: not known without the image");
}

/*
 * A wrong sympos in range is another symbol of that name, and the module does not tell which one was meant. One case
 * can be told: where some of them are code and some are data, a call or jump must not name data.
 */
static void check_branch_target(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
				const struct klp_sym_name *name, const struct symtab *symbols)
{
	uint32_t id = verify_find_sympos(symbols, name->symbol, name->sympos);

	if (id != SYMTAB_NONE && symbols->syms[id].kind == SYMTAB_OBJECT && verify_is_branch(v, sec, rela))
		verify_violated(v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
				"the code would jump into data: the sympos means another symbol",
				"a call or jump to %s at sympos %lu, which is no function", name->symbol, name->sympos);
}

static void check_found(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			const struct klp_sym_name *name)
{
	uint32_t id = verify_find_sympos(v->symbols, name->symbol, name->sympos);

	if (id != SYMTAB_NONE && verify_is_init_address(v, v->symbols->syms[id].addr))
		verify_violated(v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
				"its memory was freed after boot, and is used for something else",
				"%s is __init code or data", name->symbol);
	check_branch_target(v, sec, rela, name, v->symbols);
}

static void check_sympos(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			 const struct klp_sym_name *name)
{
	const char *symbol = v->mod->syms[rela->sym].name;
	uint32_t count;

	if (!name->is_vmlinux)
		return;
	count = symtab_count(v->symbols, name->symbol);
	if (!count)
		verify_violated(v, sec->target->name, rela->offset, symbol,
				"klp_find_object_symbol() does not find it and the module is not loaded",
				"vmlinux has no symbol %s", name->symbol);
	else if (count > 1 && !name->sympos)
		verify_violated(v, sec->target->name, rela->offset, symbol,
				"klp_find_object_symbol() refuses a name that is not unique without a sympos",
				"vmlinux has %u symbols of that name, and the sympos is 0", count);
	else if (name->sympos > count)
		verify_violated(v, sec->target->name, rela->offset, symbol,
				"klp_find_object_symbol() does not find it and the module is not loaded",
				"vmlinux has %u symbol%s of that name, and the sympos is %lu", count,
				count == 1 ? "" : "s", name->sympos);
	else
		check_found(v, sec, rela, name);
}

/* A weak reference to something that vmlinux has, but does not export, is not resolved and nobody says so. */
static void check_weak_symbol(struct verify *v, const struct elf_sym *sym)
{
	if (!v->has_exports || !elf_sym_is_undefined(sym) || sym->bind != STB_WEAK ||
	    symvers_find(v->symvers, sym->name))
		return;
	if (symtab_count(v->symbols, sym->name))
		verify_violated(v, NULL, 0, sym->name, "the loader leaves a weak symbol at address 0, silently",
				"vmlinux does not export it, so it belongs in .klp.rela.vmlinux.*");
}

void verify_check_sympos(struct verify *v)
{
	for_each_klp_rela(v, check_sympos);
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		check_weak_symbol(v, &v->mod->syms[i]);
	/*
	 * kpatch-build --skip-base-check: then names alone said which symbol is meant, and the code may be another's.
	 */
	for (const char *object = NULL; (object = verify_next_modinfo(v, MODINFO_BASE_DIFFERS, object));)
		verify_skipped(v, arena_printf(v->arena, "the base check failed for %s", object));
}

static bool is_patched_object(const struct verify *v, const char *object)
{
	for (uint32_t i = 0; i < v->funcs.n; i++)
		if (!strcmp(v->funcs.v[i].object, object))
			return true;
	/* An object of the livepatch may have callbacks and no function. */
	for (uint32_t i = 0; i < v->callbacks.n; i++)
		if (!strcmp(v->callbacks.v[i].object, object))
			return true;
	return false;
}

/* The module that a part of a livepatch in per-object form belongs to, or NULL. */
static const char *part_of(const struct verify *v)
{
	return verify_modinfo(v, MODINFO_KLP_PART_OF);
}

typedef VEC(const char *) name_vec;

/* Adds the names of a `depends=`, as the kernel has them, that are not there yet. */
static void add_dependencies(struct verify *v, const char *depends, name_vec *names)
{
	size_t len;

	for (const char *next = NULL; (next = module_depends_next(depends, next, &len));) {
		char *name = arena_printf(v->arena, "%.*s", (int)len, next);
		bool is_new = true;

		module_name_from_text(name);
		for (uint32_t i = 0; i < names->n; i++)
			is_new &= strcmp(names->v[i], name) != 0;
		if (is_new)
			vec_add(names, name);
	}
}

/*
 * A module is there with what it depends on, by itself or through others. True as well if that can't be told (noted).
 */
static bool is_there_with(struct verify *v, const char *module, const char *other)
{
	bool is_known = true, is_found = !strcmp(module, other);
	name_vec names = {0};

	vec_add(&names, module);
	for (uint32_t i = 0; i < names.n && is_known && !is_found; i++) {
		const struct verify_module *found = verify_find_module(v, names.v[i]);

		is_known = found;
		is_found = found && verify_module_depends(found, other);
		if (found && !is_found)
			add_dependencies(v, verify_module_depends_text(found), &names);
	}
	vec_free(&names);
	return is_found || !is_known;
}

static void check_module_ref(struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela,
			     const struct klp_sym_name *name)
{
	const char *symbol = v->mod->syms[rela->sym].name, *part = part_of(v), *problem;
	const struct verify_module *module;

	if (name->is_vmlinux)
		return;
	if (!sec->is_late && !part) {
		verify_violated(
			v, sec->target->name, rela->offset, symbol,
			"it is resolved when the livepatch is loaded, which fails unless the module is there already",
			"a symbol of module %s is in a livepatch section of vmlinux", name->object);
		return;
	}
	problem = verify_find_in_module(v, name->object, name->symbol, name->sympos);
	module = problem ? NULL : verify_find_module(v, name->object);
	if (module)
		check_branch_target(v, sec, rela, name, module->symbols);
	if (!problem && !sec->is_late && !is_there_with(v, part, name->object))
		problem = arena_printf(v->arena, "the part is for module %s, which does not depend on %s", part,
				       name->object);
	/* What is not there at all was noted. */
	if (module && sec->is_late && !is_there_with(v, sec->object, name->object))
		problem = arena_printf(v->arena,
				       "module %s does not depend on %s, which may not be loaded when it arrives",
				       sec->object, name->object);
	if (problem)
		verify_violated(
			v, sec->target->name, rela->offset, symbol,
			sec->is_late
				? "klp_find_object_symbol() does not find it, and the module can't be loaded while the livepatch is"
				: "klp_find_object_symbol() does not find it, and the part can't be loaded",
			"%s", problem);
}

/* The loader would have to load the module first: the opposite of patching it when it comes. */
static void check_ordinary_ref(struct verify *v, const struct elf_sym *sym)
{
	const struct symvers_entry *entry;

	if (!elf_sym_is_undefined(sym))
		return;
	entry = symvers_find(v->symvers, sym->name);
	if (entry && strcmp(entry->module, KLP_VMLINUX))
		verify_violated(v, NULL, 0, sym->name, "the livepatch can't be loaded before that module, and pins it",
				"an ordinary undefined symbol is exported by module %s", entry->module);
}

/* The per-object form stands on the module being there before the part and as long as it. */
static void check_part(struct verify *v, const char *part)
{
	bool held = false;

	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		if (sec->is_late)
			verify_violated(v, sec->sec->name, 0, NULL, "a part must not have late relocations",
					"a part for module %s waits for %s", part, sec->object);
		for (uint32_t j = 0; j < sec->nrelas && !sec->is_late; j++) {
			const struct klp_sym_name *name = &v->names[sec->relas[j].sym];

			held |= name->object && !strcmp(name->object, part) && !strcmp(name->symbol, MODULE_SELF);
		}
	}
	if (!held)
		verify_violated(v, MODINFO_SECTION, 0, NULL,
				"the module may be unloaded while its addresses are in use",
				"a part for module %s does not refer to its __this_module, so nothing holds it", part);
	for (uint32_t i = 0; i < v->funcs.n; i++)
		if (strcmp(v->funcs.v[i].object, part))
			verify_violated(v, v->funcs_sec->name, v->funcs.v[i].offset, v->funcs.v[i].name,
					"a part is for one module", "a part for module %s patches %s", part,
					v->funcs.v[i].object);
	for (uint32_t i = 0; i < v->callbacks.n; i++)
		if (strcmp(v->callbacks.v[i].object, part))
			verify_violated(v, KLP_CALLBACKS_SECTION, v->callbacks.v[i].offset, NULL,
					"a part is for one module", "a part for module %s has a callback for %s", part,
					v->callbacks.v[i].object);
}

/* `softdep=pre: a b post: c`: the modules between the words are loaded before the one that says so. */
static const char *find_pre_softdep(struct verify *v, const char *softdep)
{
	static const char pre[] = "pre:", post[] = "post:";
	const char *at = strstr(softdep, pre), *end;

	if (!at)
		return NULL;
	at += strlen(pre);
	at += strspn(at, " ");
	end = strstr(at, post);
	if (!end)
		end = at + strlen(at);
	while (end > at && end[-1] == ' ')
		end--;
	return end == at ? NULL : arena_printf(v->arena, "%.*s", (int)(end - at), at);
}

/* What must be there before the patch, or is loaded before it. */
static void check_dependencies(struct verify *v)
{
	for (const char *depends = NULL; (depends = verify_next_modinfo(v, MODINFO_DEPENDS, depends));)
		if (*depends)
			verify_violated(v, MODINFO_SECTION, 0, NULL,
					"the livepatch can't be loaded before these modules, and pins them",
					"the module depends on %s", depends);
	for (const char *softdep = NULL; (softdep = verify_next_modinfo(v, MODINFO_SOFTDEP, softdep));) {
		const char *names = find_pre_softdep(v, softdep);

		if (names)
			verify_violated(v, MODINFO_SECTION, 0, NULL,
					"modprobe loads these modules before the livepatch",
					"the module's softdep asks for %s before it", names);
	}
}

/* The kernel compares with the name that a module gives itself, in which there is no `-`. */
static void check_object_names(struct verify *v)
{
	for (uint32_t i = 0; i < v->klp_secs.n; i++)
		if (strchr(v->klp_secs.v[i].object, '-'))
			verify_violated(v, v->klp_secs.v[i].sec->name, 0, NULL,
					"it is never applied: the code keeps zeros",
					"module names have no -: %s should have _ instead", v->klp_secs.v[i].object);
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		if (v->names[i].object && strchr(v->names[i].object, '-'))
			verify_violated(v, NULL, 0, v->mod->syms[i].name, "klp_find_object_symbol() does not find it",
					"module names have no -: %s should have _ instead", v->names[i].object);
}

/* Livepatch relocates for an object that comes only if functions of it are patched. */
static void check_waited_for(struct verify *v)
{
	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		if (!sec->is_late)
			continue;
		if (!v->funcs_sec)
			verify_skipped(v, "whether what relocations wait for is patched: no .klp.funcs table");
		else if (!is_patched_object(v, sec->object))
			verify_violated(v, sec->sec->name, 0, NULL,
					"klp_init_object_loaded() runs for patched objects only: the code keeps zeros",
					"no function of %s is patched", sec->object);
	}
}

void verify_check_module_refs(struct verify *v)
{
	if (part_of(v))
		check_part(v, part_of(v));
	check_dependencies(v);
	check_object_names(v);
	for_each_klp_rela(v, check_module_ref);
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		check_ordinary_ref(v, &v->mod->syms[i]);
	check_waited_for(v);
}
