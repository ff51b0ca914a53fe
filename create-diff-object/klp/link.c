// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every undefined symbol must be defined by another diff object of the same module, exported by vmlinux, or the name of
 * a livepatch relocation. Symbols of an object are looked at by name, so that messages have the same order whatever the
 * compiler did.
 */
#include "klp/link.h"

#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "kernel/module.h"
#include "target/image.h"
#include "target/modules.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"

typedef VEC(const char *) names_vec;

struct linking {
	const struct link_input *input;
	struct link_result *result;
	/* global that an object of the module has -> index of that object; the last one counts */
	struct strmap defined;
	struct strmap strong;    /* likewise, of those that are not weak */
	struct strmap elsewhere; /* likewise, of all objects */
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts names; each is there once then. */
static void sort_names(const char **names, uint32_t *n)
{
	uint32_t kept = 0;

	if (*n)
		qsort(names, *n, sizeof(*names), compare_names);
	for (uint32_t i = 0; i < *n; i++)
		if (!kept || strcmp(names[i], names[kept - 1]))
			names[kept++] = names[i];
	*n = kept;
}

static bool is_of_module(const struct link_input *input, const struct link_object *object)
{
	return !input->part || !strcmp(input->part, object->module);
}

static void lacks(struct linking *ctx, enum rule rule, const struct link_object *object, const char *symbol,
		  const char *why)
{
	struct link_lack *lack = vec_push(&ctx->result->lacks);

	*lack = (struct link_lack){.rule = rule, .object = object->name, .symbol = symbol, .why = why};
}

/*
 * The object has a global; has another object of the module, that came before, one of this name? (Of weak ones the
 * linker takes one.)
 */
static void find_global(struct linking *ctx, uint32_t object, const struct elf_sym *sym)
{
	const struct link_object *objects = ctx->input->objects;
	uint32_t first;

	if (sym->bind == STB_WEAK) {
		strmap_add(&ctx->defined, sym->name, object);
		return;
	}
	first = strmap_set(&ctx->strong, sym->name, object);
	if (first != STRMAP_NONE)
		lacks(ctx, RULE_SYMBOL_TWICE, &objects[object], sym->name,
		      arena_printf(ctx->result->arena, "is also defined by %s", objects[first].name));
	strmap_set(&ctx->defined, sym->name, object);
}

static void find_globals(struct linking *ctx)
{
	for (uint32_t i = 0; i < ctx->input->n; i++) {
		const struct link_object *object = &ctx->input->objects[i];

		for (uint32_t s = 1; s < object->obj->nsyms; s++) {
			const struct elf_sym *sym = &object->obj->syms[s];

			if (elf_sym_is_local(sym) || elf_sym_is_undefined(sym))
				continue;
			strmap_set(&ctx->elsewhere, sym->name, i);
			if (is_of_module(ctx->input, object))
				find_global(ctx, i, sym);
		}
	}
}

/* ---- does one module of the target need another? ---- */

struct depends {
	const char *dir;
	const char *wanted;
	struct strmap seen; /* modules that were looked at: a file that is damaged may depend on itself */
	struct arena *arena;
	bool found;
};

static void look_at_name(struct depends *depends, const char *written, size_t len);

static bool look_at_file(void *arg, const char *path)
{
	struct depends *depends = arg;
	struct diag quiet = {0};
	struct image *image;
	struct elf_obj *obj;
	const char *list;
	bool is_module = false;
	size_t len;

	if (image_read(path, &image, &quiet))
		return false;
	if (!image_read_elf(image, &obj, &quiet)) {
		list = elf_obj_modinfo(obj, MODINFO_DEPENDS, NULL);
		/* (A copy without .modinfo is no module.) */
		is_module = list != NULL;
		for (const char *name = NULL;
		     list && !depends->found && (name = module_depends_next(list, name, &len));)
			look_at_name(depends, name, len);
		elf_obj_free(obj);
	}
	image_free(image);
	return is_module;
}

static void look_at_module(struct depends *depends, const char *name)
{
	if (strmap_set(&depends->seen, name, 0) == STRMAP_NONE)
		modules_find(depends->dir, name, look_at_file, depends);
}

static void look_at_name(struct depends *depends, const char *written, size_t len)
{
	char *name = arena_printf(depends->arena, "%.*s", (int)len, written);

	module_name_from_text(name);
	if (!strcmp(name, depends->wanted))
		depends->found = true;
	else
		look_at_module(depends, name);
}

/* Does the module need the other one, itself or by what it needs? Then the other is there whenever it is. */
static bool module_depends_on(const struct linking *ctx, const char *module, const char *other)
{
	struct depends depends = {.dir = ctx->input->modules, .wanted = other, .arena = ctx->result->arena};

	if (!depends.dir || !strcmp(module, KLP_VMLINUX))
		return false;
	look_at_module(&depends, module);
	strmap_free(&depends.seen);
	return depends.found;
}

/* ---- symbols ---- */

/* A livepatch symbol of vmlinux whose name the patch adds to a module: from then on it stands for two things. */
static void check_livepatch_symbol(struct linking *ctx, const struct link_object *object, const char *name)
{
	struct klp_sym_parts parts;
	const char *symbol;

	if (!klp_sym_split(name, &parts) || parts.object_len != strlen(KLP_VMLINUX) ||
	    memcmp(parts.object, KLP_VMLINUX, parts.object_len))
		return;
	symbol = arena_printf(ctx->result->arena, "%.*s", (int)parts.symbol_len, parts.symbol);
	if (strmap_get(&ctx->defined, symbol) != STRMAP_NONE)
		lacks(ctx, RULE_SYMBOL_MISSING, object, symbol,
		      arena_printf(ctx->result->arena,
				   "which the patch adds to a module and %s has too; give it another name",
				   ctx->input->release));
}

static void check_symbol(struct linking *ctx, const struct link_object *object, const char *name)
{
	const struct symvers_entry *export = symvers_find(ctx->input->symvers, name);
	uint32_t definition = strmap_get(&ctx->defined, name);
	struct arena *arena = ctx->result->arena;

	if (!strncmp(name, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX))) {
		check_livepatch_symbol(ctx, object, name);
	} else if (!strcmp(name, MODULE_SELF)) {
		/* modpost makes it. */
	} else if (definition != STRMAP_NONE) {
		const char *owner = ctx->input->objects[definition].module;

		/* Until its module is there, what the patch adds to it waits for relocations. */
		if (strcmp(owner, KLP_VMLINUX) && strcmp(owner, object->module) &&
		    !module_depends_on(ctx, object->module, owner))
			lacks(ctx, RULE_SYMBOL_MISSING, object, name,
			      arena_printf(
				      arena,
				      "which the patch adds to module %s; %s does not depend on that module, and would use the symbol without it",
				      owner, object->module));
	} else if (export && !strcmp(export->module, KLP_VMLINUX)) {
		/*
		 * A namespace is imported on behalf of the code that is copied: it was allowed to use it where it came
		 * from.
		 */
		if (*export->ns)
			vec_add(&ctx->result->namespaces, export->ns);
	} else if (strmap_get(&ctx->elsewhere, name) != STRMAP_NONE) {
		lacks(ctx, RULE_SYMBOL_MISSING, object, name,
		      "which the patch adds to another object; build one module for all objects, without --per-object");
	} else if (export) {
		lacks(ctx, RULE_SYMBOL_MISSING, object, name,
		      arena_printf(arena, "which only module %s has", export->owner));
	} else {
		lacks(ctx, RULE_SYMBOL_MISSING, object, name,
		      arena_printf(arena, "which is nowhere in %s (declared, but not built with its configuration?)",
				   ctx->input->release));
	}
}

static void check_object(struct linking *ctx, const struct link_object *object)
{
	names_vec names = {0};

	for (uint32_t s = 1; s < object->obj->nsyms; s++) {
		const struct elf_sym *sym = &object->obj->syms[s];

		if (elf_sym_is_undefined(sym) && *sym->name)
			vec_add(&names, sym->name);
	}
	sort_names(names.v, &names.n);
	for (uint32_t i = 0; i < names.n; i++)
		check_symbol(ctx, object, names.v[i]);
	vec_free(&names);
	/* (klp/output.c writes it.) */
	for (const char *kept = NULL; (kept = elf_obj_modinfo(object->obj, MODINFO_ADDRESS_KEPT, kept));)
		vec_add(&ctx->result->kept, kept);
}

void link_run(const struct link_input *input, struct link_result *result)
{
	struct linking ctx = {.input = input, .result = result};

	*result = (struct link_result){.arena = arena_new()};
	find_globals(&ctx);
	for (uint32_t i = 0; i < input->n; i++)
		if (is_of_module(input, &input->objects[i]))
			check_object(&ctx, &input->objects[i]);
	sort_names(result->namespaces.v, &result->namespaces.n);
	sort_names(result->kept.v, &result->kept.n);
	strmap_free(&ctx.defined);
	strmap_free(&ctx.strong);
	strmap_free(&ctx.elsewhere);
}

void link_result_free(struct link_result *result)
{
	vec_free(&result->lacks);
	vec_free(&result->namespaces);
	vec_free(&result->kept);
	arena_free(result->arena);
}
