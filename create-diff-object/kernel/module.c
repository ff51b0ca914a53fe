// SPDX-License-Identifier: GPL-2.0-only
/* Facts about modules that no relocation and no special section tells. */
#include "kernel/module.h"

#include <elf.h>
#include <string.h>

#define MODULE_FILE_END    ".ko"
#define EXPORT_WORD        "EXPORT_SYMBOL"
#define EXPORT_UNUSED_WORD "EXPORT_UNUSED_SYMBOL"
#define EXPORT_GPL         "_GPL"
#define CLOSED_NAMESPACE   "module:"

/* The next pair behind before, its value in *value; NULL if there is none. */
static const char *next_pair(const uint8_t *data, uint64_t size, const char *before, const char **value)
{
	uint64_t at = before ? (uint64_t)((const uint8_t *)before - data) + strlen(before) + 1 : 0;

	while (at < size) {
		const char *pair = (const char *)data + at, *sign;
		size_t rest = size - at, length = strnlen(pair, rest);

		if (length == rest)
			return NULL;
		at += length + 1;
		sign = memchr(pair, '=', length);
		if (sign) {
			*value = sign + 1;
			return pair;
		}
	}
	return NULL;
}

const char *modinfo_next(const uint8_t *data, uint64_t size, const char *key, const char *before)
{
	const char *value = before, *pair;
	size_t len = strlen(key);

	while ((pair = next_pair(data, size, value, &value)))
		if (pair + len + 1 == value && !strncmp(pair, key, len))
			return value;
	return NULL;
}

const char *modinfo_next_import(const uint8_t *data, uint64_t size, const char *before)
{
	static const char key[] = MODINFO_IMPORT_NS "=";
	const char *value = before, *pair;

	while ((pair = next_pair(data, size, value, &value))) {
		const char *own = value - strlen(key);

		if (own >= pair && !strncmp(own, key, strlen(key)) && (own == pair || own[-1] == '.'))
			return value;
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

/* Are the len bytes of text a way to write the name? */
static bool is_name_written(const char *text, size_t len, const char *name)
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
		if (is_name_written(other, len, name))
			return true;
	return false;
}

void module_name_from_path(char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strlen(name), end = strlen(MODULE_FILE_END);

	if (len > end && !strcmp(name + len - end, MODULE_FILE_END))
		len -= end;
	memmove(path, name, len);
	path[len] = 0;
	module_name_from_text(path);
}

bool module_name_is_of_file(const char *file, const char *name)
{
	static const char *const ends[] = {MODULE_FILE_END, MODULE_FILE_END ".xz", MODULE_FILE_END ".gz",
					   MODULE_FILE_END ".zst"};
	size_t len = strlen(name);

	if (strlen(file) < len || !is_name_written(file, len, name))
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

bool module_ignores_undefined(const char *symbol)
{
	return !strcmp(symbol, "_GLOBAL_OFFSET_TABLE_");
}

const char *module_export_word(bool gpl_only)
{
	return gpl_only ? EXPORT_WORD EXPORT_GPL : EXPORT_WORD;
}

bool module_export_word_is_valid(const char *word)
{
	return !strncmp(word, EXPORT_WORD, strlen(EXPORT_WORD)) ||
	       !strncmp(word, EXPORT_UNUSED_WORD, strlen(EXPORT_UNUSED_WORD));
}

bool module_export_word_is_unknown(const char *word)
{
	return !strcmp(word, "(unknown)");
}

bool module_export_word_is_gpl(const char *word)
{
	return strstr(word, EXPORT_GPL) != NULL;
}

bool module_namespace_is_closed(const char *ns)
{
	return !strncmp(ns, CLOSED_NAMESPACE, strlen(CLOSED_NAMESPACE));
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
