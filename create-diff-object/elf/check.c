// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the passes over a compiler's object rely on, and an assembler never breaks: a file that does is damaged, or made
 * to do harm. The reader can't ask for all of it, for files that are only read for their symbols have sections without
 * content (`objcopy --only-keep-debug`), and klp-verify reports broken relocations by the rules.
 */
#include <elf.h>
#include <stdint.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/names.h"
#include "util/diag.h"

/* Nothing of a kernel's object is aligned more than a huge page, or larger than what code reaches with 32 bits. */
#define ALIGN_MAX  (2u << 20)
#define LARGEST    INT32_MAX
/*
 * Sums of an addend, an offset and a distance of address spaces must not overflow; the addends of kernels have 48 bits.
 */
#define ADDEND_MAX (INT64_C(1) << 62)

/* Variables begin with zeros without a byte in the file (`.bss`); instructions, strings and tables can't. */
static bool may_lack_content(const struct elf_sec *sec)
{
	if (elf_sec_is_text(sec) || (sec->flags & SHF_MERGE))
		return false;
	switch (sec_classify(sec)) {
	case SEC_DATA:
	case SEC_INIT:
	case SEC_UNKNOWN:
	case SEC_IGNORED:
		return true;
	default:
		return false;
	}
}

static int check_section(const struct elf_obj *obj, const struct elf_sec *sec, struct diag *diag)
{
	if (sec->size > LARGEST)
		return diag_error(diag, obj->path, sec->name, "invalid size of %#lx bytes", (unsigned long)sec->size);
	if ((sec->align & (sec->align - 1)) || sec->align > ALIGN_MAX)
		return diag_error(diag, obj->path, sec->name, "invalid alignment %#lx", (unsigned long)sec->align);
	if ((sec->flags & SHF_MERGE) && sec->size && sec->entsize > sec->size)
		return diag_error(diag, obj->path, sec->name, "its entries of %#lx bytes are larger than the section",
				  (unsigned long)sec->entsize);
	if (sec->size && !sec->data && (sec->nrelas || !may_lack_content(sec)))
		return diag_error(diag, obj->path, sec->name,
				  "a section of this kind must have content, not SHT_NOBITS");
	return 0;
}

static int check_relas(const struct elf_obj *obj, const struct elf_sec *sec, struct diag *diag)
{
	for (uint32_t i = 0; i < sec->nrelas; i++) {
		const struct elf_rela *rela = &sec->relas[i];

		if (rela->offset > sec->size || sec->size - rela->offset < obj->arch->reloc(rela->type)->size)
			return diag_error(diag, obj->path, sec->name,
					  "the field of relocation %u, at offset %#lx, reaches past the end", i,
					  (unsigned long)rela->offset);
		if (rela->addend > ADDEND_MAX || rela->addend < -ADDEND_MAX)
			return diag_error(diag, obj->path, sec->name, "relocation %u has the invalid addend %#lx", i,
					  (unsigned long)rela->addend);
	}
	return 0;
}

/*
 * An indirect function is not what stands at its symbol: that runs to tell which function is meant. A thread-local
 * variable is not where it stands either, and a common one is nowhere yet. The kernel has none of them (-fno-common).
 */
static int check_symbol(const struct elf_obj *obj, const struct elf_sym *sym, struct diag *diag)
{
	if (elf_sym_has_section(sym) && sym->size > LARGEST)
		return diag_error(diag, obj->path, sym->name, "invalid size of %#lx bytes", (unsigned long)sym->size);
	/* Not even an absolute one, as __crc_* of old kernels, has a value that a sum with an addend would overflow. */
	if (!elf_sym_has_section(sym) && (sym->value + ADDEND_MAX) >> 63)
		return diag_error(diag, obj->path, sym->name, "invalid value %#lx", (unsigned long)sym->value);
	if (sym->type > STT_FILE || sym->shndx == ELF_SHN_RESERVED(SHN_COMMON))
		return diag_error(diag, obj->path, sym->name,
				  "symbol type %u is not supported (thread-local, common, indirect)", sym->type);
	if (!elf_sym_has_section(sym) && !elf_sym_is_undefined(sym) && sym->shndx != ELF_SHN_ABS)
		return diag_error(diag, obj->path, sym->name, "its section index %#x is not supported", sym->shndx);
	if (sym->bind > STB_WEAK)
		return diag_error(diag, obj->path, sym->name, "symbol binding %u is not supported", sym->bind);
	return 0;
}

int elf_obj_check(const struct elf_obj *obj, struct diag *diag)
{
	int err = 0;

	for (uint32_t i = 1; i < obj->nsecs && !err; i++) {
		const struct elf_sec *sec = &obj->secs[i];

		if (!(sec->flags & SHF_ALLOC))
			continue;
		err = check_section(obj, sec, diag);
		if (!err)
			err = check_relas(obj, sec, diag);
	}
	for (uint32_t i = 1; i < obj->nsyms && !err; i++)
		err = check_symbol(obj, &obj->syms[i], diag);
	return err;
}
