// SPDX-License-Identifier: GPL-2.0-only
/*
 * L10, the other half: the module is for this build of the kernel and of the modules that it patches. A release and the
 * CRCs of exports stay the same while code changes (Debian has one release for several versions of its package). The
 * build ID, which the linker makes of all that it writes, does not.
 */
#include <stdlib.h>
#include <string.h>

#include "target/image.h"
#include "util/arena.h"
#include "verify/checks.h"
#include "verify/modules.h"
#include "verify/running.h"

static const char *id_text(struct verify *v, const struct elf_note *id)
{
	char *text = arena_alloc(v->arena, id->size * 2 + 1);

	for (size_t i = 0; i < id->size; i++)
		snprintf(text + i * 2, 3, "%02x", id->bytes[i]);
	return text;
}

/* What runs, or is going to be loaded, under that name. False: not known; then that is noted. */
static bool find_id(struct verify *v, const char *object, struct elf_note *id)
{
	const struct verify_module *module;

	if (!strcmp(object, KLP_VMLINUX)) {
		*id = v->id;
	} else if (!v->input->running || !verify_read_loaded_id(v, object, id)) {
		module = verify_find_module(v, object);
		if (!module)
			return false;
		if (!elf_obj_build_id(module->obj, id))
			id->size = 0;
	}
	if (!id->size)
		verify_skipped(v, arena_printf(v->arena, "build ID of %s: it has none, or it is not known", object));
	return id->size;
}

static void check_entry(struct verify *v, const char *entry)
{
	const char *blank = strchr(entry, ' '), *text;
	struct elf_note id;

	if (!blank)
		return;
	if (!find_id(v, arena_printf(v->arena, "%.*s", (int)(blank - entry), entry), &id))
		return;
	text = id_text(v, &id);
	if (strcmp(blank + 1, text))
		verify_violated(
			v, MODINFO_SECTION, 0, NULL, "functions that it replaces or calls may differ in this build",
			"it is for build %s of %.*s, this is build %s", blank + 1, (int)(blank - entry), entry, text);
}

/* A module that is loaded is the file that everything of it was compared with. */
static void check_loaded(struct verify *v, const char *object)
{
	const struct verify_module *module;
	struct elf_note loaded, file;

	if (!strcmp(object, KLP_VMLINUX) || !verify_read_loaded_id(v, object, &loaded))
		return;
	module = verify_find_module(v, object);
	if (module && elf_obj_build_id(module->obj, &file) && !elf_notes_equal(&loaded, &file))
		verify_violated(v, NULL, 0, NULL, "its symbols may have another sympos in what is loaded",
				"module %s is loaded, and its file %s is of another build", object,
				module->image->path);
}

void verify_check_build(struct verify *v)
{
	const char *entry = verify_next_modinfo(v, MODINFO_BUILD_ID, NULL);

	if (!entry && v->input->running)
		verify_skipped(v, "build ID: the module does not say which build of the kernel it is for");
	for (; entry; entry = verify_next_modinfo(v, MODINFO_BUILD_ID, entry))
		check_entry(v, entry);
	if (!v->input->running)
		return;
	for (const char *object = NULL; (object = verify_next_modinfo(v, MODINFO_KLP_OBJECT, object));)
		check_loaded(v, object);
}
