// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the rules: read the module and the target once, then each check in the order of the table.
 */
#include "verify/verify.h"

#include "target/image.h"
#include "util/arena.h"
#include "util/diag.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/target.h"

static const struct {
	const char *id;
	const char *meaning;
	void (*check)(struct verify *v);
} rules[] = {
	{"L1", "livepatch sections and symbols have the form that the kernel reads", verify_check_form},
	{"L2", "a module's livepatch section holds no vmlinux symbol", verify_check_module_symbol},
	{"L3", "a symbol that vmlinux exports is never in a livepatch relocation", verify_check_exported},
	{"L4", "other vmlinux symbols are in .klp.rela.vmlinux.*, with the sympos of kallsyms", verify_check_sympos},
	{"L5", "a module's symbol waits for its module, and the livepatch depends on no module",
	 verify_check_module_refs},
	{"L6", "no late relocation lands in what the kernel rewrites at load", verify_check_sites},
	{"L7", "there are no .klp.arch.* sections", verify_check_arch_sections},
	{"L8", "each patched function exists once and can be traced", verify_check_functions},
	{"L9", "names fit the kernel's buffers", verify_check_name_lengths},
	{"L10", "undefined symbols are exported with the same CRC; vermagic and build are the kernel's",
	 verify_check_versions},
	{"L11", "livepatch=Y, a GPL licence, no section writable and executable", verify_check_properties},
	{"L12", "the address of a function is taken only if it begins with a valid endbr (IBT)", verify_check_sealed},
	{"L13", "each new function has unwind records, if the kernel unwinds by them (ORC)", verify_check_unwind},
};

bool verify_rule_name(uint32_t i, const char **id, const char **meaning)
{
	if (i >= sizeof(rules) / sizeof(rules[0]))
		return false;
	*id = rules[i].id;
	*meaning = rules[i].meaning;
	return true;
}

static int read_all(struct verify *v, struct diag *diag)
{
	int err = image_read(v->input->module, &v->mod_image, diag);

	if (!err)
		err = image_read_elf(v->mod_image, &v->mod, diag);
	if (!err && v->mod->type != ET_REL)
		err = diag_error(diag, v->input->module, NULL, "not a kernel module: no relocatable file");
	if (!err)
		err = verify_read_target(v, diag);
	return err;
}

/* What the module itself says of its symbols and functions. */
static void list_names(struct verify *v)
{
	for (uint32_t i = 0; i < v->mod->nsyms; i++) {
		const struct klp_sym_name *name = &v->names[i];

		if (name->object)
			*vec_push(&v->result->symbols) = (struct verify_name){name->object, name->symbol, name->sympos};
	}
	for (uint32_t i = 0; i < v->funcs.n; i++) {
		const struct klp_func_entry *func = &v->funcs.v[i];

		*vec_push(&v->result->functions) = (struct verify_name){
			arena_strdup(v->arena, func->object), arena_strdup(v->arena, func->name), func->sympos};
	}
}

int verify_run(const struct verify_input *input, struct verify_result *result, struct diag *diag)
{
	struct verify v = {.input = input, .result = result};
	int err;

	*result = (struct verify_result){.module = input->module, .arena = arena_new()};
	v.arena = result->arena;
	err = read_all(&v, diag);
	if (!err) {
		verify_read_livepatch(&v);
		verify_read_records(&v);
		list_names(&v);
		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
			v.rule = rules[i].id;
			rules[i].check(&v);
		}
	}
	vec_free(&v.klp_secs);
	vec_free(&v.funcs);
	vec_free(&v.callbacks);
	vec_free(&v.bad_records);
	verify_free_modules(&v);
	verify_free_target(&v);
	elf_obj_free(v.mod);
	image_free(v.mod_image);
	return err;
}

void verify_result_free(struct verify_result *result)
{
	vec_free(&result->findings);
	vec_free(&result->skips);
	vec_free(&result->symbols);
	vec_free(&result->functions);
	arena_free(result->arena);
	*result = (struct verify_result){0};
}
