/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's loader reads of a module, and how it names modules (kernel/module/main.c).
 */
#ifndef KLP_KERNEL_MODULE_H
#define KLP_KERNEL_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODINFO_SECTION  ".modinfo"
#define VERSIONS_SECTION "__versions"

/* An entry of VERSIONS_SECTION: a symbol that the module takes, and what it is like (struct modversion_info, include/linux/module.h). */
struct module_version {
	uint64_t crc;
	char name[64 - sizeof(uint64_t)]; /* ends with a NUL, unless it is as long as that */
};

/*
 * The value of the next `key=value` of a `.modinfo` behind before, which is NULL or was returned by this function for the same bytes.
 * A pair ends with a NUL. Returns NULL if there is none. data may be NULL if size is 0.
 */
const char *modinfo_next(const uint8_t *data, uint64_t size, const char *key, const char *before);

/*
 * The name of a module that is loaded has letters, digits and `_`. Files, `depends=` and Module.symvers write `-` or `_` for `_`
 * (scripts/Makefile.lib, name-fix).
 */
bool module_name_is_valid(const char *name);
/* Are the len bytes of text a way to write the name? */
bool module_name_is_written(const char *text, size_t len, const char *name);
/* Makes the name of what is written in text, in place. */
void module_name_from_text(char *text);
/*
 * The names that a `depends=` has, with commas between: the one behind before (NULL: the first) and its length; NULL if there is no
 * more. It is as its file has it.
 */
const char *module_depends_next(const char *depends, const char *before, size_t *len);
/* Is the module of that name among them? */
bool module_depends_has(const char *depends, const char *name);
/* Is a file of this name (`nf-tables.ko.xz`) that of the module? */
bool module_name_is_of_file(const char *file, const char *name);

/* The structure that each module has of itself (scripts/mod/modpost.c), and names that each has for itself: an undefined one would be satisfied by the livepatch module's own. */
#define MODULE_SELF "__this_module"
bool module_has_own(const char *symbol);

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
