// SPDX-License-Identifier: GPL-2.0-only
/* An image of the target, and what it tells of itself: release, vermagic, build ID, symbols. */
#include "verify/image.h"

#include <stdlib.h>
#include <string.h>

#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "util/arena.h"
#include "verify/checks.h"

/* `Linux version 6.12.117+deb12-amd64 (...`: the banner tells the release. */
static void find_release(struct verify *v)
{
	static const char banner[] = "Linux version ";
	const uint8_t *end = v->image->bytes + v->image->size;
	const uint8_t *at = memmem(v->image->bytes, v->image->size, banner, strlen(banner));
	const uint8_t *space;

	if (!at)
		return;
	at += strlen(banner);
	space = memchr(at, ' ', (size_t)(end - at));
	if (space)
		v->release = arena_printf(v->arena, "%.*s", (int)(space - at), (const char *)at);
}

/* The kernel compares with a string constant of its own, which starts with the release and a space. */
static void find_vermagic(struct verify *v)
{
	const uint8_t *at = v->image->bytes, *end = at + v->image->size;
	char *start = arena_printf(v->arena, "%s ", v->release);
	size_t len = strlen(start);

	while ((at = memmem(at, (size_t)(end - at), start, len))) {
		const uint8_t *nul = memchr(at, 0, (size_t)(end - at));

		/* The banner holds the release too, but behind other words. */
		if (nul && at > v->image->bytes && !at[-1]) {
			v->vermagic = arena_strdup(v->arena, (const char *)at);
			return;
		}
		at += len;
	}
}

int verify_read_image_symbols(struct verify *v, struct diag *diag)
{
	char *text = NULL;
	size_t size = 0;
	int err;

	if (v->vmlinux->symtab)
		return symtab_read_elf(v->vmlinux, &v->symbols, diag);
	err = kallsyms_extract(v->vmlinux, &text, &size, diag);
	if (!err)
		err = symtab_read_text(v->image->path, text, size, &v->symbols, diag);
	free(text);
	return err;
}

int verify_read_image(struct verify *v, const char *path, struct diag *diag)
{
	int err = image_read(path, &v->image, diag);

	if (!err)
		err = image_read_elf(v->image, &v->vmlinux, diag);
	if (err)
		return err;
	find_release(v);
	if (v->release)
		find_vermagic(v);
	elf_obj_build_id(v->vmlinux, &v->id);
	return 0;
}

void verify_drop_image(struct verify *v)
{
	elf_obj_free(v->vmlinux);
	image_free(v->image);
	v->vmlinux = NULL;
	v->image = NULL;
	v->vermagic = NULL;
}
