// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the target. IMAGE may be a vmlinux with symbols, a bootable image (whose kallsyms are unpacked), or text
 * with symbols only, in which case the rules that need the image's bytes are skipped.
 */
#include "verify/target.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/image.h"
#include "target/kallsyms.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "util/arena.h"
#include "util/diag.h"
#include "verify/checks.h"

/* Does the file begin as kallsyms and System.map do: an address in hexadecimal digits, a space? */
static bool is_symbol_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char head[18] = {0};
	size_t n = 0, len = 0;

	if (file) {
		len = fread(head, 1, sizeof(head) - 1, file);
		fclose(file);
	}
	while (n < len && isxdigit((unsigned char)head[n]))
		n++;
	return n >= 8 && head[n] == ' ';
}

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

/*
 * `_text` is the first symbol of every kernel. A module, the vmlinux of a headers package, which holds nothing but
 * types, or a part of a System.map are not what a verdict can rest on.
 */
static int check_symbols(const struct verify *v, const char *path, struct diag *diag)
{
	if (symtab_count(v->symbols, KERNEL_BEGIN))
		return 0;
	return diag_error(diag, path, NULL, "not the symbols of a kernel: _text is missing; give the image itself");
}

static int read_symbols(struct verify *v, struct diag *diag)
{
	char *text = NULL;
	size_t size = 0;
	int err;

	if (v->input->symbols)
		return symtab_read(v->input->symbols, &v->symbols, diag);
	if (v->vmlinux->symtab)
		return symtab_read_elf(v->vmlinux, &v->symbols, diag);
	err = kallsyms_extract(v->vmlinux, &text, &size, diag);
	if (!err)
		err = symtab_read_text(v->input->vmlinux, text, size, &v->symbols, diag);
	free(text);
	return err;
}

static int read_image(struct verify *v, struct diag *diag)
{
	int err = image_read(v->input->vmlinux, &v->image, diag);

	if (!err)
		err = image_read_elf(v->image, &v->vmlinux, diag);
	if (!err)
		err = read_symbols(v, diag);
	if (err)
		return err;
	find_release(v);
	if (v->release)
		find_vermagic(v);
	return 0;
}

static int check_directory(const char *path, struct diag *diag)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		return diag_error(diag, path, NULL, "not a directory");
	if (access(path, R_OK | X_OK))
		return diag_error(diag, path, NULL, "can't read the directory: %s", strerror(errno));
	return 0;
}

int verify_read_target(struct verify *v, struct diag *diag)
{
	const char *symbols = v->input->symbols ? v->input->symbols : v->input->vmlinux;
	int err = symvers_read(v->input->symvers, &v->symvers, diag);

	if (err)
		return err;
	err = v->input->modules ? check_directory(v->input->modules, diag) : 0;
	if (err)
		return err;
	if (is_symbol_text(v->input->vmlinux))
		err = symtab_read(symbols, &v->symbols, diag);
	else
		err = read_image(v, diag);
	return err ? err : check_symbols(v, symbols, diag);
}

void verify_free_target(struct verify *v)
{
	symtab_free(v->symbols);
	symvers_free(v->symvers);
	elf_obj_free(v->vmlinux);
	image_free(v->image);
}

const struct elf_sec *verify_find_image_section(const struct verify *v, uint64_t addr)
{
	for (uint32_t i = 1; v->vmlinux && i < v->vmlinux->nsecs; i++) {
		const struct elf_sec *sec = &v->vmlinux->secs[i];

		if ((sec->flags & SHF_ALLOC) && sec->data && addr >= sec->addr && addr - sec->addr < sec->size)
			return sec;
	}
	return NULL;
}

uint64_t verify_symbol_address(const struct verify *v, const char *name)
{
	uint32_t id = symtab_find(v->symbols, name);

	return id == SYMTAB_NONE ? 0 : v->symbols->syms[id].addr;
}

bool verify_is_init_address(const struct verify *v, uint64_t addr)
{
	return addr >= verify_symbol_address(v, FREED_BEGIN) && addr < verify_symbol_address(v, FREED_END) &&
	       !(addr >= verify_symbol_address(v, PERCPU_BEGIN) && addr < verify_symbol_address(v, PERCPU_END));
}

uint32_t verify_find_sympos(const struct symtab *tab, const char *name, uint64_t sympos)
{
	uint32_t id = symtab_find(tab, name);

	for (; id != SYMTAB_NONE && sympos > 1; sympos--)
		id = tab->syms[id].next;
	return id;
}
