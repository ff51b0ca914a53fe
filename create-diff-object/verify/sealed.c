// SPDX-License-Identifier: GPL-2.0-only
/*
 * L12: no address of a sealed function is taken.
 *
 * Under IBT an indirect branch must land on endbr. objtool lists in `.ibt_endbr_seal` the functions whose address
 * the kernel never takes, and apply_seal_endbr() overwrites their endbr at boot. A patch that takes such an address
 * after all and calls through it is a control protection fault.
 */
#include <string.h>

#include "target/symtab.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/target.h"

/* vmlinux is linked: its list holds distances from the entry to the function. */
static bool is_sealed_in_vmlinux(const struct verify *v, uint64_t addr)
{
	const struct elf_sec *seal = v->vmlinux ? elf_obj_find_section(v->vmlinux, SEAL_SECTION) : NULL;

	for (uint64_t at = 0; seal && seal->data && at + sizeof(int32_t) <= seal->size; at += sizeof(int32_t)) {
		int32_t distance;

		memcpy(&distance, seal->data + at, sizeof(distance));
		if (seal->addr + at + (uint64_t)(int64_t)distance == addr)
			return true;
	}
	return false;
}

static bool is_sealed(struct verify *v, const struct klp_sym_name *name)
{
	const struct verify_module *module;
	uint32_t id;

	if (name->is_vmlinux) {
		id = verify_find_position(v->symbols, name->symbol, name->position);
		return id != SYMTAB_NONE && is_sealed_in_vmlinux(v, v->symbols->syms[id].addr);
	}
	module = verify_find_module(v, name->object);
	if (!module)
		return false;
	id = verify_find_position(module->symbols, name->symbol, name->position);
	return id != SYMTAB_NONE && verify_module_lists(module, SEAL_SECTION, id, true);
}

void verify_check_sealed(struct verify *v)
{
	if (!v->vmlinux)
		verify_skipped(v, "the target was given as text, without its list of sealed functions");
	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		for (uint32_t j = 0; j < sec->nrelas; j++) {
			const struct elf_rela *rela = &sec->relas[j];
			const struct klp_sym_name *name = &v->names[rela->sym];

			if (name->object && !verify_is_branch(v, sec, rela) && is_sealed(v, name))
				verify_broken(
					v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
					"an indirect call to it is a control protection fault where the CPU has IBT",
					"the address of a function is taken whose endbr is sealed");
		}
	}
}
