// SPDX-License-Identifier: GPL-2.0-only
/*
 * L11: what a module must declare about itself and how its memory may be used.
 */
#include <string.h>

#include "verify/checks.h"

const char *verify_modinfo(const struct verify *v, const char *key)
{
	return elf_obj_modinfo(v->mod, key, NULL);
}

const char *verify_next_modinfo(const struct verify *v, const char *key, const char *before)
{
	return elf_obj_modinfo(v->mod, key, before);
}

bool verify_has_modinfo(const struct verify *v, const char *key, const char *value)
{
	for (const char *found = NULL; (found = elf_obj_modinfo(v->mod, key, found));)
		if (!strcmp(found, value))
			return true;
	return false;
}

const char *verify_module_name(const struct elf_obj *obj)
{
	return elf_obj_modinfo(obj, MODINFO_NAME, NULL);
}

const char *verify_module_depends_text(const struct verify_module *module)
{
	const char *depends = elf_obj_modinfo(module->obj, MODINFO_DEPENDS, NULL);

	return depends ? depends : "";
}

bool verify_module_depends(const struct verify_module *module, const char *other)
{
	return module_depends_has(verify_module_depends_text(module), other);
}

void verify_check_properties(struct verify *v)
{
	const char *license = verify_modinfo(v, MODINFO_LICENSE);
	const char *livepatch = verify_modinfo(v, MODINFO_LIVEPATCH);

	if (!livepatch)
		verify_violated(v, MODINFO_SECTION, 0, NULL,
				"klp_enable_patch() refuses it, and the kernel does not keep its livepatch symbols",
				MODINFO_LIVEPATCH "=Y is missing");
	else if (!verify_has_modinfo(v, MODINFO_LIVEPATCH, "Y"))
		verify_violated(
			v, MODINFO_SECTION, 0, NULL,
			"the kernel looks only for the tag and accepts it, but the value says that the module is no livepatch",
			"livepatch is \"%s\", not Y", livepatch);
	if (!license || !module_license_is_gpl(license))
		verify_violated(v, MODINFO_SECTION, 0, NULL, "klp_enable_patch() is exported to GPL modules only",
				"the licence \"%s\" is not compatible with the GPL", license ? license : "");
	for (uint32_t i = 1; i < v->mod->nsecs; i++) {
		const struct elf_sec *sec = &v->mod->secs[i];

		if ((sec->flags & SHF_WRITE) && (sec->flags & SHF_EXECINSTR))
			verify_violated(v, sec->name, 0, NULL, "module_enforce_rwx_sections() refuses the module",
					"the section is writable and executable");
	}
}
