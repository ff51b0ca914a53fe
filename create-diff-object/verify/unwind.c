// SPDX-License-Identifier: GPL-2.0-only
/*
 * L13: a kernel that unwinds by ORC records finds one for the code of each patched function.
 *
 * objtool writes them when a module is compiled, and a module without them loads: unwind_module_init() is only called
 * for one that has both sections. Then no stack trace gets past a patched function. The livepatch core takes no stack
 * for reliable in which there is one, so a task that sleeps below it holds up the removal of the livepatch, and each
 * other transition.
 */
#include "kernel/names.h"
#include "target/symtab.h"
#include "verify/checks.h"

/* Is a record in force there? It holds up to the next one, also beyond the end of a function. */
static bool has_record(const struct verify *v, const struct elf_sec *addresses, uint32_t text, uint64_t offset)
{
	for (uint32_t i = 0; i < addresses->nrelas; i++) {
		const struct elf_rela *rela = &addresses->relas[i];
		const struct elf_sym *sym = &v->mod->syms[rela->sym];

		if (sym->shndx == text && sym->value + (uint64_t)rela->addend <= offset)
			return true;
	}
	return false;
}

void verify_check_unwind(struct verify *v)
{
	const struct elf_sec *records = elf_obj_find_section(v->mod, ORC_SECTION);
	const struct elf_sec *addresses = elf_obj_find_section(v->mod, ORC_IP_SECTION);

	if (symtab_find(v->symbols, ORC_BEGIN) == SYMTAB_NONE)
		return;
	for (uint32_t i = 0; i < v->funcs.n; i++) {
		const struct klp_func_entry *func = &v->funcs.v[i];

		/* (What points to no code violates L8.) */
		if (!func->text || (records && addresses && has_record(v, addresses, func->text, func->text_offset)))
			continue;
		verify_violated(v, v->mod->secs[func->text].name, func->text_offset, func->name,
				"no stack trace gets past it, and transitions wait for tasks that sleep below it",
				"the kernel unwinds by ORC, and the new function has no record in %s", ORC_SECTION);
	}
}
