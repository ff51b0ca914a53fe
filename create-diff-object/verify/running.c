// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel that runs as the target. /proc and /sys tell its release, its build ID and its symbols. Its image is
 * on the disk in most cases, but a package that was upgraded since has put another one there, under the same name
 * if the release is the same. So an image is taken only if it has the build ID of the kernel that runs (or, where
 * kernels have none, its banner). Without one, symbols and their sympos come from /proc/kallsyms, which has the
 * names of exports too (`__ksymtab_kfree`), but not their CRCs; the kernel compares those itself.
 */
#include "verify/running.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/livepatch.h"
#include "target/exports.h"
#include "target/image.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"
#include "verify/checks.h"
#include "verify/image.h"

/* More than any file that is read here. */
enum { SMALL_FILE_MAX = 65536 };

/* Of root and path: what the file has, with a NUL behind it; NULL: it can't be read. */
static const uint8_t *read_small(struct verify *v, const char *path, size_t *size)
{
	FILE *file = fopen(arena_printf(v->arena, "%s%s", v->input->running, path), "rb");
	uint8_t *bytes = arena_alloc(v->arena, SMALL_FILE_MAX + 1);
	bool is_read;

	*size = 0;
	if (!file)
		return NULL;
	*size = fread(bytes, 1, SMALL_FILE_MAX, file);
	is_read = !ferror(file);
	fclose(file);
	return is_read ? bytes : NULL;
}

static const char *read_line(struct verify *v, const char *path)
{
	size_t size;
	char *text = (char *)read_small(v, path, &size);

	if (text)
		text[strcspn(text, "\n")] = 0;
	return text && *text ? text : NULL;
}

static bool read_id(struct verify *v, const char *path, struct elf_note *id)
{
	size_t size;
	const uint8_t *notes = read_small(v, path, &size);

	return elf_note_find(v->mod->arch, notes, size, ELF_NOTE_GNU, NT_GNU_BUILD_ID, id) && id->size;
}

bool verify_read_loaded_id(struct verify *v, const char *module, struct elf_note *id)
{
	return read_id(v, arena_printf(v->arena, "/sys/module/%s/notes/.note.gnu.build-id", module), id);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void find_modules(struct verify *v)
{
	static const char *const places[] = {"/lib/modules/", "/usr/lib/modules/"};

	v->modules_dir = v->input->modules;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !v->modules_dir; i++) {
		const char *dir = arena_printf(v->arena, "%s%s%s", v->input->running, places[i], v->release);

		if (is_directory(dir))
			v->modules_dir = dir;
	}
}

/* Is the image that of the kernel with this build ID (size 0: not known) and this banner (NULL: not known)? */
static bool is_same_build(const struct verify *v, const struct elf_note *running, const char *banner)
{
	struct elf_note id;

	if (running->size && elf_obj_build_id(v->vmlinux, &id))
		return elf_notes_equal(running, &id);
	return banner && memmem(v->image->bytes, v->image->size, banner, strlen(banner));
}

/* Takes the image, if it is that of the kernel that runs; if not, v is as before, but for the reason. */
static void try_image(struct verify *v, const char *path, const struct elf_note *running, const char *banner)
{
	const char *release = v->release;
	struct diag quiet = {0};

	if (access(path, F_OK))
		return;
	if (verify_read_image(v, path, &quiet))
		v->no_image = arena_printf(v->arena, "%s can't be read", path);
	else if (!is_same_build(v, running, banner))
		v->no_image = arena_printf(v->arena, "%s is of another build than the kernel that runs", path);
	else
		return;
	verify_drop_image(v);
	v->release = release;
	v->id = *running;
}

static void find_image(struct verify *v, const char *banner)
{
	static const char *const places[] = {"/boot/vmlinuz-%s", "/lib/modules/%s/vmlinuz",
					     "/usr/lib/modules/%s/vmlinuz", "/boot/vmlinux-%s",
					     "/usr/lib/debug/boot/vmlinux-%s"};
	const struct elf_note running = v->id;

	if (v->input->vmlinux)
		try_image(v, v->input->vmlinux, &running, banner);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !v->image; i++) {
		const char *at = strstr(places[i], "%s");

		try_image(v,
			  arena_printf(v->arena, "%s%.*s%s%s", v->input->running, (int)(at - places[i]), places[i],
				       v->release, at + strlen("%s")),
			  &running, banner);
	}
	if (!v->image && !v->no_image)
		v->no_image = arena_printf(v->arena, "the image of %s was not found", v->release);
}

/* The exports of vmlinux, by the symbols of their tables. */
static struct symvers *exports_of_symbols(const struct symtab *symbols)
{
	struct arena *arena = arena_new();
	struct symvers *exports = arena_alloc(arena, sizeof(*exports));

	exports->arena = arena;
	exports->entries = arena_array(arena, struct symvers_entry, symbols->nsyms);
	for (uint32_t i = 0; i < symbols->nsyms; i++) {
		const char *name = exported_name(symbols->syms[i].name);

		if (!name || !*name)
			continue;
		exports->entries[exports->nentries] =
			(struct symvers_entry){.name = name, .owner = KLP_VMLINUX, .module = KLP_VMLINUX, .ns = ""};
		strmap_add(&exports->by_name, name, exports->nentries++);
	}
	return exports;
}

static int read_exports(struct verify *v, struct diag *diag)
{
	struct diag quiet = {0};

	if (v->input->symvers) {
		v->has_exports = v->has_versions = true;
		return symvers_read(v->input->symvers, &v->symvers, diag);
	}
	if (v->vmlinux && !exports_read(v->vmlinux, &v->symvers, &v->has_versions, &quiet)) {
		v->has_exports = true;
		return 0;
	}
	v->symvers = exports_of_symbols(v->symbols);
	v->has_exports = v->symvers->nentries;
	return 0;
}

int verify_read_running(struct verify *v, struct diag *diag)
{
	const char *banner = read_line(v, "/proc/version");
	int err;

	v->release = read_line(v, "/proc/sys/kernel/osrelease");
	if (!v->release)
		return diag_error(diag, arena_printf(v->arena, "%s/proc/sys/kernel/osrelease", v->input->running), NULL,
				  "can't be read, so the release of the kernel that runs is not known");
	read_id(v, "/sys/kernel/notes", &v->id);
	find_modules(v);
	find_image(v, banner);
	if (v->image)
		err = verify_read_image_symbols(v, diag);
	else
		err = symtab_read(arena_printf(v->arena, "%s/proc/kallsyms", v->input->running), &v->symbols, diag);
	return err ? err : read_exports(v, diag);
}
