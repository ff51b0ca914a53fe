// SPDX-License-Identifier: GPL-2.0-only
/*
 * L12: no address is taken of a function that no indirect branch may land on.
 *
 * Under IBT an indirect branch must land on endbr. A static function that is only called has none, and objtool lists in
 * `.ibt_endbr_seal` the others whose address the kernel never takes: apply_seal_endbr() overwrites their endbr at boot.
 * A patch that takes such an address after all and calls through it is a control protection fault.
 */
#include <string.h>

#include "arch/arch.h"
#include "target/symtab.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/target.h"

enum landing {
	LANDS,
	LANDS_NOT, /* there is no endbr */
	IS_SEALED,
};

/* vmlinux is linked: its list holds distances from the entry to the function. */
static bool is_sealed_in_vmlinux(const struct arch_ops *arch, const struct elf_sec *seal, uint64_t addr)
{
	for (uint64_t at = 0; seal->data && at + sizeof(int32_t) <= seal->size; at += sizeof(int32_t)) {
		int32_t distance = (int32_t)arch_get32(arch, seal->data + at);

		if (seal->addr + at + (uint64_t)(int64_t)distance == addr)
			return true;
	}
	return false;
}

/* sec: where the symbol stands, or NULL; offset: bytes from its start. */
static enum landing landing_at(const struct verify *v, const struct elf_sec *sec, uint64_t offset)
{
	/*
	 * (.data of Linux 7.3's image is executable, too, and kallsyms says "t" of all in it: __tracepoint_sys_enter. No
	 * function can be written to.)
	 */
	if (!sec || !sec->data || !elf_sec_is_text(sec) || sec->flags & SHF_WRITE)
		return LANDS;
	return v->mod->arch->is_landing(sec->data, sec->size, offset) ? LANDS : LANDS_NOT;
}

static enum landing landing_in_vmlinux(struct verify *v, const struct klp_sym_name *name)
{
	const struct elf_sec *seal = v->vmlinux ? elf_obj_find_section(v->vmlinux, SEAL_SECTION) : NULL, *sec;
	uint32_t id = seal ? verify_find_sympos(v->symbols, name->symbol, name->sympos) : SYMTAB_NONE;
	uint64_t addr;

	/* Without a list the kernel is built without IBT. */
	if (id == SYMTAB_NONE || v->symbols->syms[id].kind != SYMTAB_FUNC)
		return LANDS;
	addr = v->symbols->syms[id].addr;
	if (is_sealed_in_vmlinux(v->mod->arch, seal, addr))
		return IS_SEALED;
	sec = verify_find_image_section(v, addr);
	return landing_at(v, sec, sec ? addr - sec->addr : 0);
}

static enum landing landing_in_module(struct verify *v, const struct klp_sym_name *name)
{
	const struct verify_module *module = verify_find_module(v, name->object);
	uint32_t id = module ? verify_find_sympos(module->symbols, name->symbol, name->sympos) : SYMTAB_NONE;
	const struct symtab_sym *sym;

	if (id == SYMTAB_NONE)
		return LANDS;
	if (verify_module_lists(module, SEAL_SECTION, id, true))
		return IS_SEALED;
	sym = &module->symbols->syms[id];
	if (!v->vmlinux || !elf_obj_find_section(v->vmlinux, SEAL_SECTION) || sym->kind != SYMTAB_FUNC ||
	    sym->shndx >= module->obj->nsecs)
		return LANDS;
	return landing_at(v, &module->obj->secs[sym->shndx], sym->addr);
}

void verify_check_sealed(struct verify *v)
{
	static const char *const why[] = {
		[LANDS_NOT] = "the address of a function is taken that does not begin with endbr",
		[IS_SEALED] = "the address of a function is taken whose endbr is sealed",
	};

	if (!v->vmlinux)
		verify_skipped(v, "the target was given as text, without its code and the list of sealed functions");
	for (uint32_t i = 0; i < v->klp_secs.n; i++) {
		const struct klp_rela_sec *sec = &v->klp_secs.v[i];

		for (uint32_t j = 0; j < sec->nrelas; j++) {
			const struct elf_rela *rela = &sec->relas[j];
			const struct klp_sym_name *name = &v->names[rela->sym];
			enum landing landing;

			if (!name->object || verify_is_branch(v, sec, rela))
				continue;
			landing = name->is_vmlinux ? landing_in_vmlinux(v, name) : landing_in_module(v, name);
			if (landing != LANDS)
				verify_violated(
					v, sec->target->name, rela->offset, v->mod->syms[rela->sym].name,
					"an indirect call to it is a control protection fault where the CPU has IBT",
					"%s", why[landing]);
		}
	}
}
