/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lets a patched module be loaded again while the patch stays, on kernels that do not see to it themselves.
 *
 * When a patched module arrives, klp_init_object_loaded() applies the patch's relocations that wait for it. x86 applies
 * one only where the bytes are still zero. Since 6.3 the core writes zeros again when the module goes
 * (clear_relocate_add()); before, the module could be loaded once, and the second time was refused: "existing value is
 * nonzero".
 *
 * So we do it (KLP_CLEAR_LATE), at the very place where newer kernels do it: in klp_cleanup_module_patches_limited(),
 * after the object has been unpatched, by way of the object's post_unpatch callback. That callback is also made when
 * the whole patch is disabled; then the module stays, and nothing is to be done. The core tells the two apart by
 * klp_alive, which it takes away (under klp_mutex, which we are called with) before it cleans up after a module.
 *
 * No kernel does it where the patch itself refuses the module, by its pre_patch callback: klp_module_coming() then
 * cleans up after the patches before this one, and not after this one (klp_cleanup_module_patches_limited()). What was
 * applied has to be cleared here (KLP_CLEAR_REFUSED), for the module to be accepted another time.
 *
 * Nobody runs what is written to: the functions can't be reached any more, and a module does not go while its code, or
 * what replaces it, is running. The text is read-only; text_poke_set() writes to it through a mapping of its own. It is
 * not exported, so it is a livepatch relocation itself, one that is applied when the livepatch is loaded.
 */
#ifndef LATE_RELOCATIONS_H
#define LATE_RELOCATIONS_H

#if defined(KLP_CLEAR_LATE) || defined(KLP_CLEAR_REFUSED)

#include <linux/elf.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/string.h>

#include "arch/arch.h"

extern void *klp_text_poke_set(void *addr, int c, size_t len) asm("\".klp.sym.vmlinux.text_poke_set,0\"") __weak;

static void late_relocations_clear_section(const Elf_Shdr *rela, const Elf_Shdr *target)
{
	const Elf_Rela *r = (const Elf_Rela *)rela->sh_addr;
	size_t i, size;

	for (i = 0; i < rela->sh_size / sizeof(*r); i++) {
		size = KLP_RELOCATION_SIZE(ELF_R_TYPE(r[i].r_info));
		if (size)
			klp_text_poke_set((void *)(target->sh_addr + r[i].r_offset), 0, size);
	}
}

/* The core keeps the headers of all sections, with their addresses, for its own use at the next arrival. */
static void late_relocations_clear(const struct klp_modinfo *info, const char *object)
{
	static const char prefix[] = ".klp.rela.";
	size_t length = strlen(object);
	const Elf_Shdr *sec;
	const char *name;
	unsigned int i;

	for (i = 1; i < info->hdr.e_shnum; i++) {
		sec = &info->sechdrs[i];
		name = info->secstrings + sec->sh_name;
		if (!(sec->sh_flags & SHF_RELA_LIVEPATCH) || strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		name += sizeof(prefix) - 1;
		if (!strncmp(name, object, length) && name[length] == '.')
			late_relocations_clear_section(sec, &info->sechdrs[sec->sh_info]);
	}
}

static inline void late_relocations_object_gone(struct klp_object *obj)
{
#ifdef KLP_CLEAR_LATE
	if (obj->name && !obj->mod->klp_alive)
		late_relocations_clear(THIS_MODULE->klp_info, obj->name);
#endif
}

/* A livepatch that is not loaded because of a module that is there goes as a whole. */
static inline void late_relocations_object_refused(struct klp_object *obj)
{
	if (obj->name && obj->mod->state == MODULE_STATE_COMING)
		late_relocations_clear(THIS_MODULE->klp_info, obj->name);
}

#else

static inline void late_relocations_object_gone(struct klp_object *obj)
{
}

static inline void late_relocations_object_refused(struct klp_object *obj)
{
}

#endif /* KLP_CLEAR_LATE || KLP_CLEAR_REFUSED */

#endif /* LATE_RELOCATIONS_H */
