/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The read-only model of one ELF file. elf_obj_read() checks every index, size and link once; all later code
 * may trust them. Nothing changes a model after that: passes keep what they find in tables of their own,
 * indexed by section index or symbol index.
 */
#ifndef KLP_ELF_MODEL_H
#define KLP_ELF_MODEL_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/livepatch.h"
#include "kernel/names.h"
#include "util/strmap.h"

struct arch_ops;
struct arena;
struct debug_file;
struct diag;

/*
 * A symbol's section as a 32-bit number: a real section index, or a reserved one (SHN_ABS, SHN_COMMON,
 * SHN_LIVEPATCH) moved to the top, so that files with more than 65,279 sections are not ambiguous.
 */
#define ELF_SHN_RESERVED(shn) (0xffff0000u | (shn))
#define ELF_SHN_ABS           ELF_SHN_RESERVED(SHN_ABS)
#define ELF_SHN_COMMON        ELF_SHN_RESERVED(SHN_COMMON)
#define ELF_SHN_LIVEPATCH     ELF_SHN_RESERVED(SHN_LIVEPATCH)

struct elf_rela {
	uint64_t offset; /* bytes from the start of the section that is relocated */
	int64_t addend;
	uint32_t type; /* R_<machine>_* */
	uint32_t sym;  /* symbol index, 0: none */
};

struct elf_sec {
	const char *name;
	const uint8_t *data; /* size bytes; NULL if SHT_NOBITS or size is 0 */
	uint64_t size;       /* bytes */
	uint64_t addr;
	uint64_t flags;   /* SHF_* */
	uint64_t align;   /* bytes, never 0 */
	uint64_t entsize; /* bytes, 0: no table */
	uint32_t type;    /* SHT_* */
	uint32_t link;    /* as in the file; checked against the number of sections where it is an index */
	uint32_t info;
	/* index of the ordinary SHT_RELA section for this one, 0: none; livepatch ones don't count */
	uint32_t rela_sec;
	uint32_t secsym;        /* index of the STT_SECTION symbol, 0: none */
	struct elf_rela *relas; /* of rela_sec, in the file's order */
	uint32_t nrelas;
	/* What its name says (kernel/names.h), looked up once: it is asked for each symbol and reference. */
	const struct special_row *special; /* the machine's row if it is a special table, else NULL */
	enum sec_class class;
	enum data_kind data_kind;
};

struct elf_sym {
	const char *name; /* "" if it has none; a section symbol has its section's name */
	uint64_t value;   /* in a relocatable file: bytes from the start of its section */
	uint64_t size;    /* bytes */
	uint32_t shndx;   /* section index, 0: undefined, or ELF_SHN_* */
	uint8_t type;     /* STT_* */
	uint8_t bind;     /* STB_* */
	uint8_t vis;      /* STV_* */
};

struct elf_obj {
	const char *path;
	const struct arch_ops *arch;
	struct elf_sec *secs; /* index: ELF section index; secs[0] is the null section */
	uint32_t nsecs;
	struct elf_sym *syms; /* index: ELF symbol index; syms[0] is the null symbol */
	uint32_t nsyms;
	uint32_t symtab; /* section index of SHT_SYMTAB, 0: none */
	uint16_t type;   /* ET_REL, ET_EXEC, ET_DYN */
	uint32_t shstrndx;
	struct strmap sec_by_name; /* first section of each name */
	struct strmap sym_by_name; /* first named symbol that is no section symbol; global ones win */
	struct arena *arena;       /* owns all of the above */
	void *elf;                 /* libelf's descriptor; NULL after elf_obj_drop_libelf() */
	struct debug_file *debug;  /* see elf/debug.h; NULL: not read from a file */
	void *map;                 /* the file, if elf_obj_read() read it: names and section data are there */
	size_t map_size;
};

/*
 * Reads path into a new model. Only 64-bit files of a machine in arch/ are accepted.
 * Reports what is wrong through diag and returns -errno; on success stores a model that elf_obj_free() frees.
 */
int elf_obj_read(const char *path, struct elf_obj **obj, struct diag *diag) __attribute__((warn_unused_result));
/* The same for a file that is in memory already; the bytes must outlive the model. path is for messages. */
int elf_obj_read_memory(const char *path, const void *bytes, size_t size, struct elf_obj **obj, struct diag *diag)
	__attribute__((warn_unused_result));
/*
 * Has a relocatable object what the passes rely on: content where there must be some, relocated fields inside of their
 * sections, sizes that can be? Reports what it lacks and returns -errno.
 */
int elf_obj_check(const struct elf_obj *obj, struct diag *diag) __attribute__((warn_unused_result));
/*
 * Frees what only a writer of the file needs (.elf): a third of the memory of a large object. The model stays as it is.
 */
void elf_obj_drop_libelf(struct elf_obj *obj);
void elf_obj_free(struct elf_obj *obj);

/* Entry i of a section of relocations (SHT_RELA), which has so many; sym is not checked. */
struct elf_rela elf_obj_rela(const struct elf_obj *obj, const struct elf_sec *sec, uint64_t i);
/* Returns the first section of that name, or NULL. */
const struct elf_sec *elf_obj_find_section(const struct elf_obj *obj, const char *name);
/* Returns the index of the first section of that name, or 0. */
uint32_t elf_obj_find_section_index(const struct elf_obj *obj, const char *name);
/* The value of the next `key=value` in the `.modinfo` of obj; see modinfo_next() of kernel/module.h. */
const char *elf_obj_modinfo(const struct elf_obj *obj, const char *key, const char *before);
/* The next namespace that obj imports; see modinfo_next_import(). */
const char *elf_obj_import(const struct elf_obj *obj, const char *before);
/* The section of obj that has the name of section index of other and is as many-th of that name, or 0. */
uint32_t elf_obj_find_same_section(const struct elf_obj *obj, const struct elf_obj *other, uint32_t index);
/* Returns the index of the symbol of that name (section symbols don't count, global before local), or 0. */
uint32_t elf_obj_find_symbol(const struct elf_obj *obj, const char *name);

static inline bool elf_sym_is_undefined(const struct elf_sym *sym)
{
	return sym->shndx == SHN_UNDEF;
}

/* Is the symbol in a real section (not undefined, absolute, common or livepatch)? */
static inline bool elf_sym_has_section(const struct elf_sym *sym)
{
	return sym->shndx != SHN_UNDEF && sym->shndx < ELF_SHN_RESERVED(SHN_LORESERVE);
}

static inline bool elf_sym_is_function(const struct elf_sym *sym)
{
	return sym->type == STT_FUNC;
}

static inline bool elf_sym_is_section(const struct elf_sym *sym)
{
	return sym->type == STT_SECTION;
}

static inline bool elf_sym_is_local(const struct elf_sym *sym)
{
	return sym->bind == STB_LOCAL;
}

static inline bool elf_sec_is_text(const struct elf_sec *sec)
{
	return (sec->flags & SHF_ALLOC) && (sec->flags & SHF_EXECINSTR);
}

/* What the section is for, and who may write to it (kernel/names.h). */
static inline enum sec_class sec_classify(const struct elf_sec *sec)
{
	return sec->class;
}

static inline enum data_kind data_classify(const struct elf_sec *sec)
{
	return sec->data_kind;
}

/* The name that the symbol (`__ksymtab_foo`, `__export_symbol_foo`) exports, or NULL if it is none of these. */
static inline const char *elf_obj_export(const struct elf_obj *obj, uint32_t index)
{
	const struct elf_sym *sym = &obj->syms[index];

	return elf_sym_has_section(sym) && !elf_sym_is_section(sym) &&
			       sec_classify(&obj->secs[sym->shndx]) == SEC_EXPORT
		       ? exported_name(sym->name)
		       : NULL;
}

#endif
