// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the target. IMAGE may be a vmlinux with symbols, a bootable image (whose kallsyms are unpacked), or text
 * with symbols only, in which case the rules that need the image's bytes are skipped.
 */
#include "verify/target.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/symtab.h"
#include "target/symvers.h"
#include "util/diag.h"
#include "verify/checks.h"
#include "verify/image.h"
#include "verify/running.h"

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

static int read_given(struct verify *v, struct diag *diag)
{
	const struct verify_input *input = v->input;
	bool is_text = is_symbol_text(input->vmlinux);
	int err = is_text ? 0 : verify_read_image(v, input->vmlinux, diag);

	if (err)
		return err;
	if (input->symbols)
		return symtab_read(input->symbols, &v->symbols, diag);
	return is_text ? symtab_read(input->vmlinux, &v->symbols, diag) : verify_read_image_symbols(v, diag);
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
	const struct verify_input *input = v->input;
	int err = input->modules ? check_directory(input->modules, diag) : 0;

	if (err)
		return err;
	if (input->running) {
		err = verify_read_running(v, diag);
	} else {
		v->has_exports = v->has_versions = true;
		v->modules_dir = input->modules;
		err = symvers_read(input->symvers, &v->symvers, diag);
		if (!err)
			err = read_given(v, diag);
	}
	return err ? err : check_symbols(v, v->symbols->path, diag);
}

void verify_free_target(struct verify *v)
{
	symtab_free(v->symbols);
	symvers_free(v->symvers);
	verify_drop_image(v);
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
