// SPDX-License-Identifier: GPL-2.0-only
/*
 * L11: what a module must declare about itself and how its memory may be used.
 */
#include <string.h>

#include "verify/checks.h"

#define MODINFO_SECTION ".modinfo"

/* Walks the NUL-separated `key=value` strings; returns the value of the next pair of that key behind *pos. */
static const char *next_value(const struct elf_obj *obj, const char *key, uint64_t *pos)
{
	const struct elf_sec *sec = elf_obj_find_section(obj, MODINFO_SECTION);
	size_t len = strlen(key);

	while (sec && sec->data && *pos < sec->size) {
		const char *pair = (const char *)sec->data + *pos;
		size_t size = strnlen(pair, sec->size - *pos);

		if (size == sec->size - *pos)
			return NULL;
		*pos += size + 1;
		if (size > len && pair[len] == '=' && !strncmp(pair, key, len))
			return pair + len + 1;
	}
	return NULL;
}

const char *verify_modinfo(const struct verify *v, const char *key)
{
	uint64_t pos = 0;

	return next_value(v->mod, key, &pos);
}

const char *verify_next_modinfo(const struct verify *v, const char *key, const char *before)
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, MODINFO_SECTION);
	uint64_t pos = before ? (uint64_t)((const uint8_t *)before - sec->data) + strlen(before) + 1 : 0;

	return next_value(v->mod, key, &pos);
}

bool verify_has_modinfo(const struct verify *v, const char *key, const char *value)
{
	const char *found;
	uint64_t pos = 0;

	while ((found = next_value(v->mod, key, &pos)))
		if (!strcmp(found, value))
			return true;
	return false;
}

const char *verify_module_name(const struct elf_obj *obj)
{
	uint64_t pos = 0;

	return next_value(obj, "name", &pos);
}

/* Names of modules are written with either sign, - or _. */
static bool is_same_name(const char *text, const char *name, size_t len)
{
	for (; len; len--, text++, name++)
		if (*text != *name && !(*text == '-' && *name == '_'))
			return false;
	return true;
}

const char *verify_module_depends_text(const struct verify_module *module)
{
	const char *depends;
	uint64_t pos = 0;

	depends = next_value(module->obj, "depends", &pos);
	return depends ? depends : "";
}

bool verify_module_depends(const struct verify_module *module, const char *other)
{
	const char *depends = verify_module_depends_text(module);
	size_t len = strlen(other);

	for (; *depends; depends += strcspn(depends, ","), depends += *depends == ',')
		if (strcspn(depends, ",") == len && is_same_name(depends, other, len))
			return true;
	return false;
}

/* As include/linux/license.h of the kernel. */
static bool is_gpl_compatible(const char *license)
{
	static const char *const names[] = {"GPL",          "GPL v2",       "GPL and additional rights",
					    "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(license, names[i]))
			return true;
	return false;
}

void verify_check_properties(struct verify *v)
{
	const char *license = verify_modinfo(v, "license");
	const char *livepatch = verify_modinfo(v, "livepatch");

	if (!livepatch)
		verify_broken(v, MODINFO_SECTION, 0, NULL,
			      "klp_enable_patch() refuses it, and its livepatch symbols are thrown away after loading",
			      "livepatch=Y is missing");
	else if (!verify_has_modinfo(v, "livepatch", "Y"))
		verify_broken(v, MODINFO_SECTION, 0, NULL,
			      "the kernel looks for the tag alone and takes it, but it says what the module is not",
			      "livepatch is \"%s\", not Y", livepatch);
	if (!license || !is_gpl_compatible(license))
		verify_broken(v, MODINFO_SECTION, 0, NULL, "klp_enable_patch() is exported to GPL modules only",
			      "the licence \"%s\" is not compatible with the GPL", license ? license : "");
	for (uint32_t i = 1; i < v->mod->nsecs; i++) {
		const struct elf_sec *sec = &v->mod->secs[i];

		if ((sec->flags & SHF_WRITE) && (sec->flags & SHF_EXECINSTR))
			verify_broken(v, sec->name, 0, NULL, "module_enforce_rwx_sections() refuses the module",
				      "the section is writable and executable");
	}
}
