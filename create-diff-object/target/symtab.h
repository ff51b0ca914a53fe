/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The symbols of a patched object (vmlinux or a module), in one record type whatever they were read from:
 * kallsyms or System.map text, `readelf -sW` text, or the symbol table of an ELF file.
 *
 * A livepatch names a symbol by (name, sympos), where sympos counts the symbols of that name in the order in
 * which the kernel walks them: address order for vmlinux (kernel/kallsyms.c), symbol-table order for a module
 * (kernel/module/kallsyms.c). Symbols that the kernel does not see when it counts (undefined ones, those of
 * sections that are not loaded or are freed after init) have a record, but no sympos.
 *
 * While a module is being loaded, which is when a patch that was there before is applied to it, the kernel counts in
 * the whole symbol table, with the sections that are freed after init (kernel/module/kallsyms.c, add_kallsyms()). See
 * symtab_has_sympos().
 */
#ifndef KLP_TARGET_SYMTAB_H
#define KLP_TARGET_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/wanted.h"
#include "util/strmap.h"

struct arena;
struct diag;
struct elf_obj;

#define SYMTAB_NONE UINT32_MAX

enum symtab_kind {
	SYMTAB_NOTYPE,
	SYMTAB_FUNC,
	SYMTAB_OBJECT,
	SYMTAB_FILE, /* an STT_FILE symbol: opens the group of local symbols of one translation unit; never counted */
};

struct symtab_sym {
	const char *name;
	uint64_t addr;  /* an address (vmlinux), or bytes from the start of section shndx (relocatable file) */
	uint64_t size;  /* bytes; 0: unknown or none (kallsyms text has no sizes) */
	uint32_t shndx; /* section as in elf/model.h (0 undefined, ELF_SHN_*); kallsyms text: always ELF_SHN_ABS */
	uint32_t file;  /* id of the SYMTAB_FILE symbol that a local symbol stands behind; SYMTAB_NONE if unknown */
	uint32_t next;  /* id of the next counted symbol of the same name, in sympos order; SYMTAB_NONE: last */
	uint32_t pos;   /* 1-based among the counted symbols of this name; 0: the kernel does not count this one */
	enum symtab_kind kind; /* kallsyms text: by the letter (t T w W: function; others: object) */
	bool local;            /* STB_LOCAL; kallsyms text: a lower-case letter other than w and v */
	/*
	 * it may be local or not: kallsyms has every per-CPU symbol as A (scripts/kallsyms.c, make_percpus_absolute())
	 */
	bool any_bind;
};

struct symtab {
	const char *path;
	struct symtab_sym *syms; /* id = index; in the order of the source */
	uint32_t nsyms;
	bool relocatable;  /* an object file (module): addr is relative to a section */
	bool has_files;    /* SYMTAB_FILE symbols are there (not so in kallsyms text) */
	uint32_t *by_addr; /* ids of counted symbols sorted by (shndx if relocatable, addr, id) */
	uint32_t nby_addr;
	struct strmap by_name;      /* name -> id of the first counted symbol */
	struct strmap by_name_rest; /* name -> id of the first symbol that is not counted, undefined ones left out */
	/* a module that was read as ELF: its `depends=`, names with commas between; NULL: not known */
	const char *depends;
	struct arena *arena; /* owns all of the above */
};

/*
 * Reads path, whose format is detected. An ELF file may be compressed (.xz, .zst, .gz). Returns 0 or -errno, reported.
 */
int symtab_read(const char *path, struct symtab **tab, struct diag *diag) __attribute__((warn_unused_result));
/*
 * The same, but of kallsyms text only the names that are wanted are kept, and the borders of what a kernel frees.
 * wanted may be NULL: all.
 */
int symtab_read_wanted(const char *path, name_wanted *wanted, const void *arg, struct symtab **tab, struct diag *diag)
	__attribute__((warn_unused_result));
/* The same for text that is in memory. It is copied. path is for messages. */
int symtab_read_text(const char *path, const char *text, size_t size, struct symtab **tab, struct diag *diag)
	__attribute__((warn_unused_result));
/* The same from an ELF model, which may be freed before the table. */
int symtab_read_elf(const struct elf_obj *obj, struct symtab **tab, struct diag *diag)
	__attribute__((warn_unused_result));
void symtab_free(struct symtab *tab);

/* Id of the first counted symbol of that name in sympos order, or SYMTAB_NONE; go on with .next. */
uint32_t symtab_find(const struct symtab *tab, const char *name);
/* Id of a symbol of that name that the kernel does not count (e.g. in .init.text of a module), or SYMTAB_NONE. */
uint32_t symtab_find_uncounted(const struct symtab *tab, const char *name);
/* How many counted symbols have that name. */
uint32_t symtab_count(const struct symtab *tab, const char *name);
/*
 * The sympos to write behind the comma of a .klp.sym name: 0 if the name is unique, in a module also with the symbols
 * that are not counted, else 1-based.
 */
uint32_t symtab_sympos(const struct symtab *tab, uint32_t id);
/*
 * Is the sympos of a counted symbol the same while its module is being loaded? If not, no sympos names it for sure.
 */
bool symtab_has_sympos(const struct symtab *tab, uint32_t id);
/*
 * Is a counted symbol in what a linked kernel frees when it has started? Only known if the table has the borders of
 * that.
 */
bool symtab_is_freed(const struct symtab *tab, uint32_t id);
/*
 * The index in by_addr of the first counted symbol at exactly this place, or SYMTAB_NONE; those that follow in
 * by_addr with the same place are its aliases. shndx is ignored unless the table is relocatable.
 */
uint32_t symtab_find_addr(const struct symtab *tab, uint32_t shndx, uint64_t addr);
/* Id of the counted symbol of that name at exactly this place, or SYMTAB_NONE. */
uint32_t symtab_find_name_at(const struct symtab *tab, const char *name, uint32_t shndx, uint64_t addr);

#endif
