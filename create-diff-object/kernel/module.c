// SPDX-License-Identifier: GPL-2.0-only
/* Facts about modules that no relocation and no special section tells. */
#include "kernel/module.h"

#include <elf.h>
#include <string.h>

const char *modinfo_next(const uint8_t *data, uint64_t size, const char *key, const char *before)
{
	uint64_t at = before ? (uint64_t)((const uint8_t *)before - data) + strlen(before) + 1 : 0;
	size_t len = strlen(key);

	while (at < size) {
		const char *pair = (const char *)data + at;
		size_t rest = size - at, length = strnlen(pair, rest);

		if (length == rest)
			return NULL;
		at += length + 1;
		if (length > len && pair[len] == '=' && !strncmp(pair, key, len))
			return pair + len + 1;
	}
	return NULL;
}

bool module_name_is_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return *name && !name[strspn(name, allowed)];
}

static char name_byte(char written)
{
	return written == '-' ? '_' : written;
}

bool module_name_is_written(const char *text, size_t len, const char *name)
{
	for (; len && *name; len--, text++, name++)
		if (name_byte(*text) != *name)
			return false;
	return !len && !*name;
}

void module_name_from_text(char *text)
{
	for (; *text; text++)
		*text = name_byte(*text);
}

const char *module_depends_next(const char *depends, const char *before, size_t *len)
{
	const char *name = before ? before + strcspn(before, ",") : depends;

	name += strspn(name, ",");
	*len = strcspn(name, ",");
	return *len ? name : NULL;
}

bool module_depends_has(const char *depends, const char *name)
{
	size_t len;

	for (const char *other = NULL; (other = module_depends_next(depends, other, &len));)
		if (module_name_is_written(other, len, name))
			return true;
	return false;
}

bool module_name_is_of_file(const char *file, const char *name)
{
	static const char *const ends[] = {".ko", ".ko.xz", ".ko.gz", ".ko.zst"};
	size_t len = strlen(name);

	if (strlen(file) < len || !module_name_is_written(file, len, name))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(file + len, ends[i]))
			return true;
	return false;
}

bool module_has_own(const char *symbol)
{
	return !strcmp(symbol, MODULE_SELF) || !strcmp(symbol, "init_module") || !strcmp(symbol, "cleanup_module");
}

bool module_license_is_gpl(const char *license)
{
	static const char *const names[] = {"GPL",          "GPL v2",       "GPL and additional rights",
					    "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(license, names[i]))
			return true;
	return false;
}

bool module_section_is_init(const char *name)
{
	return !strncmp(name, ".init", strlen(".init"));
}

bool module_section_stays(const char *name, uint64_t flags)
{
	return (flags & SHF_ALLOC) && !module_section_is_init(name) && strcmp(name, VERSIONS_SECTION) &&
	       strcmp(name, MODINFO_SECTION);
}

bool module_is_signed(const void *bytes, size_t size)
{
	static const char magic[] = "~Module signature appended~\n";
	size_t len = strlen(magic);

	return size >= len && !memcmp((const char *)bytes + size - len, magic, len);
}
