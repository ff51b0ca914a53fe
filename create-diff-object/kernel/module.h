/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's loader reads of a module, and how it names modules (kernel/module/main.c).
 */
#ifndef KLP_KERNEL_MODULE_H
#define KLP_KERNEL_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODINFO_SECTION       ".modinfo"
#define VERSIONS_SECTION      "__versions"
/* The module's struct module, which holds its init and exit functions. */
#define MODULE_STRUCT_SECTION ".gnu.linkonce.this_module"

/* Keys of MODINFO_SECTION: the kernel's, and modprobe's */
#define MODINFO_NAME         "name"
#define MODINFO_DEPENDS      "depends"
#define MODINFO_SOFTDEP      "softdep"
#define MODINFO_LICENSE      "license"
#define MODINFO_VERMAGIC     "vermagic"
#define MODINFO_INTREE       "intree"
#define MODINFO_IMPORT_NS    "import_ns"
#define MODINFO_LIVEPATCH    "livepatch"
/* Ours, of which some are written by kpatch-build/lib/module.sh. Which module is patched; which one a part is for */
#define MODINFO_KLP_OBJECT   "klp_object"
#define MODINFO_KLP_PART_OF  "klp_part_of"
/* It replaces the livepatches that are loaded */
#define MODINFO_KLP_REPLACE  "klp_replace"
/* What was judged, and by whom: RULE:NAME, and `function:` or `section:` NAME */
#define MODINFO_ACCEPTED     "accepted"
#define MODINFO_IGNORED      "ignored"
#define MODINFO_ADDRESS_KEPT "address_kept"
#define MODINFO_WITHOUT      "without"
/* The base check was left out; what it would have refused */
#define MODINFO_BASE_CHECK   "base_check"
#define MODINFO_BASE_DIFFERS "base_differs"
/* The build that the livepatch is for: an object that it patches, or vmlinux, a blank, and the build ID in digits */
#define MODINFO_BUILD_ID     "target_build_id"

/*
 * Sections that a module can have: e_shnum counts them, and the loader does not look where ELF has a larger number
 * (setup_load_info()).
 */
#define MODULE_SECTIONS_MAX 0xfeffu

/*
 * An entry of VERSIONS_SECTION: a symbol that the module takes, and what it is like (struct modversion_info,
 * include/linux/module.h).
 */
struct module_version {
	uint64_t crc;
	char name[64 - sizeof(uint64_t)]; /* ends with a NUL, unless it is as long as that */
};

/*
 * The value of the next `key=value` of a `.modinfo` behind before, which is NULL or was returned by this function for
 * the same bytes. A pair ends with a NUL. Returns NULL if there is none. data may be NULL if size is 0.
 */
const char *modinfo_next(const uint8_t *data, uint64_t size, const char *key, const char *before);
/*
 * The next namespace that MODULE_IMPORT_NS() names; before and result as above. What is built in has its module's name
 * before the key: `usb_storage.import_ns=` (__MODULE_INFO_PREFIX, include/linux/moduleparam.h).
 */
const char *modinfo_next_import(const uint8_t *data, uint64_t size, const char *before);

/*
 * The name of a module that is loaded has letters, digits and `_`. Files, `depends=` and Module.symvers write `-` or
 * `_` for `_` (scripts/Makefile.lib, name-fix).
 */
bool module_name_is_valid(const char *name);
/* Makes the name of what is written in text, in place. */
void module_name_from_text(char *text);
/*
 * The names that a `depends=` has, with commas between: the one behind before (NULL: the first) and its length; NULL if
 * there is no more. It is as its file has it.
 */
const char *module_depends_next(const char *depends, const char *before, size_t *len);
/* Is the module of that name among them? */
bool module_depends_has(const char *depends, const char *name);
/* Makes the name of the path that Module.symvers has of a module, in place: "net/ipv4/tcp-cubic.ko" is tcp_cubic. */
void module_name_from_path(char *path);
/* Is a file of this name (`nf-tables.ko.xz`) that of the module? */
bool module_name_is_of_file(const char *file, const char *name);

/*
 * The structure that each module has of itself (scripts/mod/modpost.c), and names that each has for itself: an
 * undefined one would be satisfied by the livepatch module's own.
 */
#define MODULE_SELF "__this_module"
bool module_has_own(const char *symbol);
/*
 * The symbol whose version stands for those of struct module and its kin; every module takes it
 * (check_modstruct_version()).
 */
#define MODULE_LAYOUT "module_layout"
/* Does the loader pass an undefined symbol of that name by (simplify_symbols(), ignore_undef_symbol())? */
bool module_ignores_undefined(const char *symbol);

/*
 * How Module.symvers calls an export: EXPORT_SYMBOL, EXPORT_SYMBOL_GPL; up to 5.11 also EXPORT_UNUSED_SYMBOL and
 * EXPORT_SYMBOL_GPL_FUTURE, which the loader finds, too. Is it such a word, and for GPL modules only?
 */
const char *module_export_word(bool gpl_only);
bool module_export_word_is_valid(const char *word);
/* What modpost up to 5.11 wrote where it did not know the export's section: the loader may not know it, either. */
bool module_export_word_is_unknown(const char *word);
bool module_export_word_is_gpl(const char *word);

/*
 * Is it the namespace of what is exported to some modules only (EXPORT_SYMBOL_FOR_MODULES(), "module:kvm")? It can't be
 * imported, so to all others the symbol is as if it were not exported (verify_module_namespace()).
 */
bool module_namespace_is_closed(const char *ns);

/* Does the licence allow symbols that are exported to GPL modules (include/linux/license.h)? */
bool module_license_is_gpl(const char *license);

/* Does the loader free the section when the module has started (module_init_section())? */
bool module_section_is_init(const char *name);
/*
 * Does the section of a module stay in memory? The kernel keeps the other allocated ones; before it looks,
 * it takes the flag away from the two sections above (rewrite_section_headers(), layout_sections()). flags: SHF_*.
 */
bool module_section_stays(const char *name, uint64_t flags);

/* Does the file end with a signature (scripts/sign-file.c)? */
bool module_is_signed(const void *bytes, size_t size);

#endif
