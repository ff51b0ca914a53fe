// SPDX-License-Identifier: GPL-2.0-only
/*
 * same-sections IN.ko OUT.ko: did create-klp-module keep everything but what it is there to change?
 *
 * Both files are read here, by nothing but <elf.h>. Every section and symbol of IN must be in OUT, in the same order,
 * with the same properties and bytes. What may differ: relocations to `.klp.sym.*` symbols, and those alone, are in the
 * livepatch section that the symbol's name asks for; relocation sections that were emptied by that, and BTF, are gone;
 * the string tables of sections and symbols are made anew, so each name is compared where it is used.
 */
#include <elf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PENDING       ".klp.sym."
#define MOVED         ".klp.rela."
#define SHN_LIVEPATCH 0xff20

struct module {
	const char *path;
	const char *bytes;
	const Elf64_Shdr *secs;
	unsigned int nsecs;
	unsigned int sec_strings, sym_strings; /* sections */
	const char *sec_names;
	const Elf64_Sym *syms;
	size_t nsyms;
	const char *sym_names;
};

static __attribute__((noreturn, format(printf, 2, 3))) void fail(const char *where, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", where);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static const void *data(const struct module *mod, const Elf64_Shdr *sec)
{
	return mod->bytes + sec->sh_offset;
}

static const char *sec_name(const struct module *mod, size_t i)
{
	return mod->sec_names + mod->secs[i].sh_name;
}

static const char *sym_name(const struct module *mod, size_t i)
{
	return mod->sym_names + mod->syms[i].st_name;
}

static struct module read_module(const char *path)
{
	struct module mod = {.path = path};
	FILE *file = fopen(path, "rb");
	const Elf64_Ehdr *header;
	char *bytes;
	size_t size;

	if (!file || fseek(file, 0, SEEK_END))
		fail(path, "can't be read");
	size = (size_t)ftell(file);
	bytes = malloc(size);
	rewind(file);
	if (!bytes || fread(bytes, 1, size, file) != size)
		fail(path, "can't be read");
	fclose(file);
	mod.bytes = bytes;
	header = (const Elf64_Ehdr *)bytes;
	mod.secs = (const Elf64_Shdr *)(bytes + header->e_shoff);
	mod.nsecs = header->e_shnum;
	mod.sec_strings = header->e_shstrndx;
	mod.sec_names = data(&mod, &mod.secs[mod.sec_strings]);
	for (unsigned int i = 1; i < mod.nsecs; i++) {
		if (mod.secs[i].sh_type != SHT_SYMTAB)
			continue;
		mod.syms = data(&mod, &mod.secs[i]);
		mod.nsyms = mod.secs[i].sh_size / sizeof(mod.syms[0]);
		mod.sym_strings = mod.secs[i].sh_link;
		mod.sym_names = data(&mod, &mod.secs[mod.sym_strings]);
	}
	return mod;
}

static bool is_pending(const struct module *in, const Elf64_Rela *rela)
{
	return has_prefix(sym_name(in, ELF64_R_SYM(rela->r_info)), PENDING);
}

/* The i'th relocation of a section, counting only those that move, or only the others; NULL behind the last one. */
static const Elf64_Rela *next_rela(const struct module *in, const Elf64_Shdr *sec, size_t *i, bool moved)
{
	const Elf64_Rela *relas = data(in, sec);
	size_t n = sec->sh_size / sizeof(relas[0]);

	while (*i < n && is_pending(in, &relas[*i]) != moved)
		++*i;
	return *i < n ? &relas[(*i)++] : NULL;
}

static bool is_dropped(const struct module *in, size_t i)
{
	size_t moved = 0, kept = 0;

	if (has_prefix(sec_name(in, i), ".BTF") || has_prefix(sec_name(in, i), ".rela.BTF"))
		return true;
	return in->secs[i].sh_type == SHT_RELA && next_rela(in, &in->secs[i], &moved, true) &&
	       !next_rela(in, &in->secs[i], &kept, false);
}

static bool is_same_place(const struct module *a, const Elf64_Sym *x, const struct module *b, const Elf64_Sym *y)
{
	if (x->st_shndx >= SHN_LORESERVE || y->st_shndx >= SHN_LORESERVE || !x->st_shndx || !y->st_shndx)
		return x->st_shndx == y->st_shndx;
	return !strcmp(sec_name(a, x->st_shndx), sec_name(b, y->st_shndx));
}

/* The same symbol in all but its number. */
static bool is_same_symbol(const struct module *a, size_t i, const struct module *b, size_t j)
{
	const Elf64_Sym *x = &a->syms[i], *y = &b->syms[j];

	return !strcmp(sym_name(a, i), sym_name(b, j)) && x->st_info == y->st_info && x->st_other == y->st_other &&
	       x->st_value == y->st_value && x->st_size == y->st_size && is_same_place(a, x, b, y);
}

static void check_symbols(const struct module *in, const struct module *out)
{
	size_t i = 1, j = 1;

	for (;; i++, j++) {
		while (i < in->nsyms && has_prefix(sym_name(in, i), PENDING))
			i++;
		while (j < out->nsyms && out->syms[j].st_shndx == SHN_LIVEPATCH)
			j++;
		if (i >= in->nsyms || j >= out->nsyms)
			break;
		/* The symbol of a section that goes, goes with it. */
		if (ELF64_ST_TYPE(in->syms[i].st_info) == STT_SECTION && is_dropped(in, in->syms[i].st_shndx))
			j--;
		else if (!is_same_symbol(in, i, out, j))
			fail(out->path, "symbol %zu, %s: changed", j, sym_name(out, j));
	}
	if (i < in->nsyms || j < out->nsyms)
		fail(out->path, "symbols are missing or added");
}

static void check_kept_relas(const struct module *in, size_t i, const struct module *out, size_t j)
{
	const Elf64_Rela *relas = data(out, &out->secs[j]), *rela;
	size_t at = 0, n = 0, count = out->secs[j].sh_size / sizeof(relas[0]);

	if (strcmp(sec_name(in, in->secs[i].sh_info), sec_name(out, out->secs[j].sh_info)))
		fail(out->path, "%s: relocates another section", sec_name(out, j));
	while ((rela = next_rela(in, &in->secs[i], &at, false))) {
		if (n >= count || relas[n].r_offset != rela->r_offset || relas[n].r_addend != rela->r_addend ||
		    ELF64_R_TYPE(relas[n].r_info) != ELF64_R_TYPE(rela->r_info) ||
		    !is_same_symbol(in, ELF64_R_SYM(rela->r_info), out, ELF64_R_SYM(relas[n].r_info)))
			fail(out->path, "%s: relocation %zu is another one", sec_name(out, j), n);
		n++;
	}
	if (n != count)
		fail(out->path, "%s: relocations were added", sec_name(out, j));
}

/* Returns 1 if the section is the same byte for byte. */
static unsigned int check_section(const struct module *in, size_t i, const struct module *out, size_t j)
{
	const Elf64_Shdr *a = &in->secs[i], *b = &out->secs[j];

	if (strcmp(sec_name(in, i), sec_name(out, j)))
		fail(out->path, "section %zu is %s instead of %s", j, sec_name(out, j), sec_name(in, i));
	if (a->sh_type != b->sh_type || a->sh_flags != b->sh_flags || a->sh_addralign != b->sh_addralign ||
	    a->sh_entsize != b->sh_entsize || a->sh_addr != b->sh_addr)
		fail(out->path, "%s: other properties", sec_name(out, j));
	if (a->sh_type == SHT_SYMTAB || i == in->sec_strings || i == in->sym_strings)
		return 0;
	if (a->sh_type == SHT_RELA) {
		check_kept_relas(in, i, out, j);
		return 0;
	}
	if (b->sh_size != a->sh_size || (a->sh_type != SHT_NOBITS && memcmp(data(in, a), data(out, b), a->sh_size)))
		fail(out->path, "%s: bytes changed", sec_name(out, j));
	return 1;
}

static void check_header(const struct module *in, const struct module *out)
{
	Elf64_Ehdr a = *(const Elf64_Ehdr *)in->bytes, b = *(const Elf64_Ehdr *)out->bytes;

	/* Where the section headers are, and how many. */
	a.e_shoff = b.e_shoff;
	a.e_shnum = b.e_shnum;
	a.e_shstrndx = b.e_shstrndx;
	if (memcmp(&a, &b, sizeof(a)))
		fail(out->path, "the header changed");
}

static unsigned int check_sections(const struct module *in, const struct module *out)
{
	unsigned int same = 0;
	size_t i = 1, j = 1;

	for (;; i++, j++) {
		while (i < in->nsecs && is_dropped(in, i))
			i++;
		while (j < out->nsecs && has_prefix(sec_name(out, j), MOVED))
			j++;
		if (i >= in->nsecs || j >= out->nsecs)
			break;
		same += check_section(in, i, out, j);
	}
	if (i < in->nsecs || j < out->nsecs)
		fail(out->path, "sections are missing or added");
	return same;
}

/* `.klp.sym.<object>.<symbol>,<sympos>[,<owner>]`: the final name, and the section of target that it belongs to. */
static void read_name(const char *pending, const char *target, char name[1024], char section[1024])
{
	const char *comma = strchr(pending, ','), *end = comma + 1 + strcspn(comma + 1, ",");
	const char *object = *end ? end + 1 : pending + strlen(PENDING);

	snprintf(name, 1024, "%.*s", (int)(end - pending), pending);
	snprintf(section, 1024, MOVED "%.*s.%s", (int)strcspn(object, "."), object, target);
}

/* The sequence of relocations that is asked for, one after the other, must be what each livepatch section holds. */
static unsigned int check_moved(const struct module *in, const struct module *out)
{
	size_t *used = calloc(out->nsecs, sizeof(*used));
	unsigned int moved = 0;

	for (size_t i = 1; i < in->nsecs; i++) {
		const char *target = sec_name(in, in->secs[i].sh_info);
		const Elf64_Rela *rela;
		size_t at = 0;

		if (in->secs[i].sh_type != SHT_RELA || has_prefix(sec_name(in, i), ".rela.BTF"))
			continue;
		while ((rela = next_rela(in, &in->secs[i], &at, true))) {
			char name[1024], section[1024];
			const Elf64_Rela *found;
			size_t j = 1, sym;

			read_name(sym_name(in, ELF64_R_SYM(rela->r_info)), target, name, section);
			while (j < out->nsecs && strcmp(sec_name(out, j), section))
				j++;
			if (j == out->nsecs || used[j] >= out->secs[j].sh_size / sizeof(*found))
				fail(out->path, "%s: no relocation to %s", section, name);
			found = (const Elf64_Rela *)data(out, &out->secs[j]) + used[j]++;
			sym = ELF64_R_SYM(found->r_info);
			if (found->r_offset != rela->r_offset || found->r_addend != rela->r_addend ||
			    ELF64_R_TYPE(found->r_info) != ELF64_R_TYPE(rela->r_info) ||
			    strcmp(sym_name(out, sym), name) || out->syms[sym].st_shndx != SHN_LIVEPATCH ||
			    strcmp(sec_name(out, out->secs[j].sh_info), target))
				fail(out->path, "%s: another relocation instead of that to %s", section, name);
			moved++;
		}
	}
	for (size_t j = 1; j < out->nsecs; j++)
		if (has_prefix(sec_name(out, j), MOVED) && used[j] * sizeof(Elf64_Rela) != out->secs[j].sh_size)
			fail(out->path, "%s: relocations that nobody asked for", sec_name(out, j));
	free(used);
	return moved;
}

int main(int argc, char **argv)
{
	struct module in, out;
	unsigned int same, moved;

	if (argc != 3)
		fail("usage", "same-sections IN.ko OUT.ko");
	in = read_module(argv[1]);
	out = read_module(argv[2]);
	check_header(&in, &out);
	same = check_sections(&in, &out);
	check_symbols(&in, &out);
	moved = check_moved(&in, &out);
	printf("%u sections are the same byte for byte, %u relocations moved\n", same, moved);
	return !same || !moved;
}
