// SPDX-License-Identifier: GPL-2.0
/*
 * check-text MODULE.ko NAME: compares the text of a loaded livepatch module, read through /proc/kcore, with what it
 * should have become: the bytes of the file, every relocation applied, ordinary and livepatch ones, with the addresses
 * that /proc/kallsyms tells; and then what the kernel rewrites. A site that a special section lists has to be in one of
 * the forms that the kernel can give it, computed here from the file:
 *
 *   .altinstructions    the original (unless it is always replaced), or the replacement with its relocations as seen
 *                       from its new place, or (indirect calls through pv_ops) a direct call of what the pointer holds
 *   .parainstructions   a direct call of what pv_ops holds, or nothing (6.1)
 *   __jump_table        a jump to the entry's target, or nothing
 *   .static_call_sites  a call or jump to the start of a function, or nothing
 *   .retpoline_sites    the call of the thunk, or an indirect call or jump
 *   .return_sites       a jump to a return thunk, or a return
 *   __mcount_loc        nothing, or a call
 *   .smp_locks          the lock prefix, or a segment prefix in its place
 *
 * "Nothing" is any row of nops. All other bytes must be equal. Runs in the machine. Exit code 1: a byte is wrong.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SHN_LIVEPATCH
#define SHN_LIVEPATCH 0xff20
#endif
/* arch/x86/include/asm/cpufeatures.h */
#define X86_FEATURE_ALWAYS (3 * 32 + 21)

#define MAX_FORMS 12
#define MAX_SITE  64

struct symbol {
	uint64_t addr;
	char type;
	char *name, *module; /* module "": the kernel */
};

/* What a site may have become; len bytes each, those behind .n are nops. */
struct form {
	uint8_t bytes[MAX_SITE];
	size_t n;
};

struct site {
	uint64_t addr;
	size_t len;
	const char *table;
	struct form forms[MAX_FORMS];
	size_t nforms;
	bool always, call, any_return, any_indirect, any_static_call, any_prefix;
};

static uint8_t *file;
static Elf64_Ehdr *ehdr;
static Elf64_Shdr *shdr;
static Elf64_Sym *syms;
static const char *strings, *shstrings;
static uint64_t *address; /* of each section in the machine, 0: not there */
static struct symbol *kallsyms;
static size_t nkallsyms;
static struct site *sites;
static size_t nsites;
static int kcore;
static size_t counted[10], wrong;

static void die(const char *what, const char *which)
{
	fprintf(stderr, "check-text: %s %s\n", what, which);
	exit(2);
}

static void *slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t n = 0, room = 1 << 20;
	char *buf = malloc(room);
	ssize_t got;

	if (fd < 0)
		die("can't read", path);
	while ((got = read(fd, buf + n, room - n - 1)) > 0) {
		n += got;
		if (room - n < 4096)
			buf = realloc(buf, room *= 2);
	}
	close(fd);
	buf[n] = 0;
	return buf;
}

static void read_kallsyms(void)
{
	char *text = slurp("/proc/kallsyms"), *line, *next;
	size_t room = 300000;

	kallsyms = malloc(room * sizeof(*kallsyms));
	for (line = text; *line && nkallsyms < room; line = next) {
		struct symbol *s = &kallsyms[nkallsyms++];
		char *tab;

		next = strchr(line, '\n');
		*next++ = 0;
		s->addr = strtoull(line, &line, 16);
		s->type = line[1];
		s->name = line + 3;
		s->module = "";
		tab = strchr(s->name, '\t');
		if (tab) {
			*tab = 0;
			s->module = tab + 2;
			s->module[strcspn(s->module, "]")] = 0;
		}
	}
}

/* sympos 0: the only one, or the first that is not local */
static uint64_t find_symbol(const char *module, const char *name, unsigned long sympos)
{
	unsigned long count = 0;

	for (size_t i = 0; i < nkallsyms; i++) {
		if (strcmp(kallsyms[i].name, name) || strcmp(kallsyms[i].module, module))
			continue;
		if (++count == sympos || !sympos)
			return kallsyms[i].addr;
	}
	return 0;
}

static uint64_t find_export(const char *name)
{
	for (size_t i = 0; i < nkallsyms; i++)
		if (!*kallsyms[i].module && strchr("TDBRVWA", kallsyms[i].type) && !strcmp(kallsyms[i].name, name))
			return kallsyms[i].addr;
	return 0;
}

static const char *name_at(uint64_t addr)
{
	for (size_t i = 0; i < nkallsyms; i++)
		if (kallsyms[i].addr == addr)
			return kallsyms[i].name;
	return NULL;
}

static uint64_t symbol_value(const Elf64_Sym *sym)
{
	const char *name = strings + sym->st_name;
	char object[64], rest[600];
	unsigned long sympos;
	uint64_t value;

	if (sym->st_shndx == SHN_LIVEPATCH) {
		if (sscanf(name, ".klp.sym.%63[^.].%599[^,],%lu", object, rest, &sympos) != 3)
			die("malformed name", name);
		value = find_symbol(strcmp(object, "vmlinux") ? object : "", rest, sympos);
	} else if (sym->st_shndx == SHN_UNDEF) {
		value = find_export(name);
		if (!value && ELF64_ST_BIND(sym->st_info) == STB_WEAK)
			return 0;
	} else {
		return address[sym->st_shndx] + sym->st_value;
	}
	if (!value)
		die("no symbol", name);
	return value;
}

static const char *section_name(unsigned int i)
{
	return shstrings + shdr[i].sh_name;
}

/* Writes the value of a relocation whose field is (or is taken to be) at `place`. */
static void relocate(uint8_t *field, const Elf64_Rela *r, uint64_t place)
{
	uint64_t value = symbol_value(&syms[ELF64_R_SYM(r->r_info)]) + r->r_addend;

	switch (ELF64_R_TYPE(r->r_info)) {
	case R_X86_64_NONE:
		return;
	case R_X86_64_64:
		memcpy(field, &value, 8);
		return;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value -= place;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
		break;
	default:
		die("unknown relocation in", section_name(0));
	}
	memcpy(field, &value, 4);
}

/* The bytes [offset, offset + n) of a section, relocated as if the first one were at `place`. */
static void relocated(unsigned int sec, uint64_t offset, uint8_t *out, size_t n, uint64_t place)
{
	memcpy(out, file + shdr[sec].sh_offset + offset, n);
	for (unsigned int i = 1; i < ehdr->e_shnum; i++) {
		const Elf64_Rela *r = (void *)(file + shdr[i].sh_offset);

		if (shdr[i].sh_type != SHT_RELA || shdr[i].sh_info != sec)
			continue;
		for (size_t j = 0; j < shdr[i].sh_size / sizeof(*r); j++)
			if (r[j].r_offset >= offset && r[j].r_offset + 4 <= offset + n)
				relocate(out + (r[j].r_offset - offset), &r[j], place + (r[j].r_offset - offset));
	}
}

static bool find_place(uint64_t addr, unsigned int *sec, uint64_t *offset)
{
	for (unsigned int i = 1; i < ehdr->e_shnum; i++) {
		if (address[i] && addr >= address[i] && addr < address[i] + shdr[i].sh_size) {
			*sec = i;
			*offset = addr - address[i];
			return true;
		}
	}
	return false;
}

static void read_live(uint64_t addr, void *buf, size_t n)
{
	static Elf64_Phdr ph[64];
	static int nph;
	Elf64_Ehdr head;

	if (!nph) {
		if (pread(kcore, &head, sizeof(head), 0) != sizeof(head) || head.e_phnum > 64 ||
		    pread(kcore, ph, head.e_phnum * sizeof(*ph), head.e_phoff) < 0)
			die("can't read", "/proc/kcore");
		nph = head.e_phnum;
	}
	for (int i = 0; i < nph; i++) {
		if (ph[i].p_type == PT_LOAD && addr >= ph[i].p_vaddr && addr + n <= ph[i].p_vaddr + ph[i].p_memsz &&
		    pread(kcore, buf, n, ph[i].p_offset + (addr - ph[i].p_vaddr)) == (ssize_t)n)
			return;
	}
	die("/proc/kcore does not have", "an address");
}

/* Length of one nop instruction, 0: it is none. */
static size_t nop_length(const uint8_t *p, size_t n)
{
	size_t i = 0, length;

	while (i < n && (p[i] == 0x66 || p[i] == 0x2e))
		i++;
	if (i < n && p[i] == 0x90)
		return i + 1;
	if (i + 2 < n && p[i] == 0x0f && p[i + 1] == 0x1f && !(p[i + 2] & 0x38)) {
		length = i + 3;
		if (p[i + 2] >> 6 == 1)
			length += 1;
		else if (p[i + 2] >> 6 == 2)
			length += 4;
		if ((p[i + 2] & 7) == 4 && p[i + 2] >> 6 != 3)
			length += 1;
		return length <= n ? length : 0;
	}
	return 0;
}

static bool is_nops(const uint8_t *p, size_t n)
{
	size_t i = 0, length;

	while (i < n) {
		length = nop_length(p + i, n - i);
		if (!length)
			return false;
		i += length;
	}
	return true;
}

/* Equal, but for rows of nops that are written differently. */
static bool is_same_code(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0, length;

	while (i < n) {
		if (a[i] == b[i]) {
			i++;
			continue;
		}
		for (length = n - i; length; length--)
			if (is_nops(a + i, length) && is_nops(b + i, length))
				break;
		if (!length)
			return false;
		i += length;
	}
	return true;
}

static struct site *site_at(uint64_t addr, size_t len, const char *table)
{
	unsigned int sec;
	uint64_t offset;
	struct site *s;

	for (size_t i = 0; i < nsites; i++) {
		if (sites[i].addr == addr) {
			if (len > sites[i].len)
				sites[i].len = len;
			return &sites[i];
		}
	}
	if (!find_place(addr, &sec, &offset) || !(shdr[sec].sh_flags & SHF_EXECINSTR))
		return NULL;
	if (len > MAX_SITE)
		die("a site is too long in", table);
	sites = realloc(sites, (nsites + 1) * sizeof(*sites));
	s = &sites[nsites++];
	*s = (struct site){.addr = addr, .len = len, .table = table};
	return s;
}

static struct form *add_form(struct site *s)
{
	if (s->nforms == MAX_FORMS)
		die("too many forms in", s->table);
	return &s->forms[s->nforms++];
}

/* opcode and 32-bit displacement to target */
static void add_branch(struct site *s, uint8_t opcode, uint64_t target)
{
	struct form *f = add_form(s);
	int32_t displacement = target - (s->addr + 5);

	f->bytes[0] = opcode;
	memcpy(f->bytes + 1, &displacement, 4);
	f->n = 5;
	if (opcode == 0xe9 && (int64_t)(target - (s->addr + 2)) == (int8_t)(target - (s->addr + 2))) {
		f = add_form(s);
		f->bytes[0] = 0xeb;
		f->bytes[1] = target - (s->addr + 2);
		f->n = 2;
	}
}

/* The call of what a pointer holds that `call *pointer` (ff 15 or ff 14 25) at the site names. */
static void add_pointed(struct site *s)
{
	unsigned int sec;
	uint64_t offset, pointer, target;
	uint8_t code[7];
	int32_t field;

	if (!find_place(s->addr, &sec, &offset))
		return;
	relocated(sec, offset, code, sizeof(code), s->addr);
	if (code[0] == 0xff && code[1] == 0x15) {
		memcpy(&field, code + 2, 4);
		pointer = s->addr + 6 + field;
	} else if (code[0] == 0xff && code[1] == 0x14 && code[2] == 0x25) {
		memcpy(&field, code + 3, 4);
		pointer = (int64_t)field;
	} else {
		return;
	}
	read_live(pointer, &target, 8);
	add_branch(s, 0xe8, target);
	add_form(s); /* nothing: the pointer holds a function that does nothing */
}

static int64_t pc32(unsigned int sec, uint64_t offset)
{
	uint8_t bytes[4];
	int32_t value;

	relocated(sec, offset, bytes, 4, address[sec] + offset);
	memcpy(&value, bytes, 4);
	return (int64_t)address[sec] + offset + value;
}

static void read_alternatives(unsigned int sec)
{
	/* 6.1: two offsets, u16 feature, two lengths; since 6.3 a u32 feature. */
	size_t size = shdr[sec].sh_size % 14 ? 12 : 14;
	const uint8_t *raw = file + shdr[sec].sh_offset;
	unsigned int from;
	uint64_t offset;

	if (!(shdr[sec].sh_size % 12) && !(shdr[sec].sh_size % 14))
		die("two sizes of an entry are possible in", section_name(sec));
	for (size_t i = 0; i + size <= shdr[sec].sh_size; i += size) {
		uint64_t instruction = pc32(sec, i), replacement = pc32(sec, i + 4);
		size_t len = raw[i + size - 2], n = raw[i + size - 1];
		struct site *s = site_at(instruction, len, ".altinstructions");
		struct form *f;

		uint16_t feature;

		if (!s)
			continue;
		memcpy(&feature, raw + i + 8, 2);
		s->always |= feature == X86_FEATURE_ALWAYS && !(size == 14 && raw[i + 10] & 1);
		f = add_form(s);
		f->n = n;
		if (n && find_place(replacement, &from, &offset)) {
			relocated(from, offset, f->bytes, n, instruction);
			/* A short jump may take the place of a long one. */
			if (f->bytes[0] == 0xe9) {
				int32_t displacement;

				memcpy(&displacement, f->bytes + 1, 4);
				add_branch(s, 0xe9, instruction + 5 + displacement);
			}
		}
		add_pointed(s);
		counted[0]++;
	}
}

static void read_paravirt(unsigned int sec)
{
	for (size_t i = 0; i + 16 <= shdr[sec].sh_size; i += 16) {
		uint8_t entry[16];
		uint64_t instruction;
		struct site *s;

		relocated(sec, i, entry, sizeof(entry), address[sec] + i);
		memcpy(&instruction, entry, 8);
		s = site_at(instruction, entry[9], ".parainstructions");
		if (!s)
			continue;
		s->always = true;
		add_pointed(s);
		counted[1]++;
	}
}

static void read_table(unsigned int sec, const char *name)
{
	size_t size = !strcmp(name, "__jump_table")                                          ? 16
		      : !strcmp(name, ".static_call_sites") || !strcmp(name, "__mcount_loc") ? 8
											     : 4;

	for (size_t i = 0; i + size <= shdr[sec].sh_size; i += size) {
		uint64_t instruction = pc32(sec, i);
		struct site *s;
		uint8_t bytes[8];

		if (!strcmp(name, "__mcount_loc")) {
			relocated(sec, i, bytes, 8, address[sec] + i);
			memcpy(&instruction, bytes, 8);
		}
		s = site_at(instruction, strcmp(name, ".smp_locks") ? 5 : 1, name);
		if (!s)
			continue;
		if (!strcmp(name, "__jump_table")) {
			unsigned int from;
			uint64_t offset;

			/* Two bytes where the assembler found that enough. */
			if (find_place(instruction, &from, &offset) && (file[shdr[from].sh_offset + offset] == 0xeb ||
									file[shdr[from].sh_offset + offset] == 0x66))
				s->len = 2;
			add_branch(s, 0xe9, pc32(sec, i + 4));
			add_form(s);
			counted[2]++;
		} else if (!strcmp(name, ".static_call_sites")) {
			s->any_static_call = true;
			counted[3]++;
		} else if (!strcmp(name, ".retpoline_sites")) {
			s->any_indirect = true;
			counted[4]++;
		} else if (!strcmp(name, ".return_sites")) {
			s->any_return = true;
			counted[5]++;
		} else if (!strcmp(name, "__mcount_loc")) {
			s->call = true;
			add_form(s);
			counted[6]++;
		} else {
			s->any_prefix = true;
			counted[7]++;
		}
	}
}

static const char *branch_target(const struct site *s, const uint8_t *live)
{
	int32_t displacement;

	memcpy(&displacement, live + 1, 4);
	return name_at(s->addr + 5 + displacement);
}

/* Forms that are rules rather than bytes. */
static bool is_ruled(const struct site *s, const uint8_t *live)
{
	bool branch = live[0] == 0xe8 || live[0] == 0xe9;
	const char *target = branch && s->len >= 5 ? branch_target(s, live) : NULL;
	size_t i = 0;

	if (s->any_prefix)
		return live[0] == 0xf0 || live[0] == 0x3e;
	if (s->call && target)
		return live[0] == 0xe8;
	if (s->any_static_call)
		return target || is_nops(live, 5) || live[0] == 0xc3 || !memcmp(live, "\x2e\x2e\x2e\x31\xc0", 5);
	if (s->any_return)
		return live[0] == 0xc3 || (live[0] == 0xe9 && target && strstr(target, "return_thunk"));
	if (s->any_indirect) {
		if (!memcmp(live, "\x0f\xae\xe8", 3))
			i = 3;
		i += live[i] == 0x41;
		return live[i] == 0xff && ((live[i + 1] & 0xf8) == 0xd0 || (live[i + 1] & 0xf8) == 0xe0);
	}
	return false;
}

/* Behind a short jump in the place of a long one there are breakpoints, which nothing reaches. */
static bool is_filling(const struct form *f, const uint8_t *live, size_t n)
{
	size_t i = 0;

	if (is_nops(live, n))
		return true;
	while (f->n == 2 && f->bytes[0] == 0xeb && i < n && live[i] == 0xcc)
		i++;
	return i == n;
}

static bool is_right(const struct site *s, const uint8_t *live, const uint8_t *plain)
{
	if (is_same_code(live, plain, s->len) && !s->always)
		return true;
	for (size_t i = 0; i < s->nforms; i++)
		if (!memcmp(live, s->forms[i].bytes, s->forms[i].n) &&
		    is_filling(&s->forms[i], live + s->forms[i].n, s->len - s->forms[i].n))
			return true;
	return is_ruled(s, live);
}

static void show(const char *what, const uint8_t *bytes, size_t n)
{
	printf("  %s", what);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", bytes[i]);
	printf("\n");
}

static size_t check_section(unsigned int sec)
{
	size_t n = shdr[sec].sh_size, rewritten = 0;
	uint8_t *plain = malloc(n + MAX_SITE), *live = malloc(n + MAX_SITE);

	relocated(sec, 0, plain, n, address[sec]);
	read_live(address[sec], live, n);
	for (size_t i = 0; i < nsites; i++) {
		const struct site *s = &sites[i];
		size_t at = s->addr - address[sec];

		if (s->addr < address[sec] || at >= n)
			continue;
		if (!is_right(s, live + at, plain + at)) {
			printf("%s+0x%zx: wrong at a site of %s\n", section_name(sec), at, s->table);
			show("live", live + at, s->len);
			show("file", plain + at, s->len);
			for (size_t j = 0; j < s->nforms; j++)
				show("form", s->forms[j].bytes, s->forms[j].n);
			wrong++;
		}
		rewritten += !!memcmp(live + at, plain + at, s->len);
		memcpy(plain + at, live + at, s->len);
	}
	for (size_t i = 0; i < n; i++) {
		if (live[i] == plain[i])
			continue;
		printf("%s+0x%zx: wrong, and no special section lists it\n", section_name(sec), i);
		show("live", live + i, n - i < 16 ? n - i : 16);
		show("file", plain + i, n - i < 16 ? n - i : 16);
		wrong++;
		i += 16;
	}
	free(plain);
	free(live);
	return rewritten;
}

int main(int argc, char **argv)
{
	static const char *const tables[] = {"__jump_table",  ".static_call_sites", ".retpoline_sites",
					     ".return_sites", "__mcount_loc",       ".smp_locks"};
	size_t sections = 0, bytes = 0, relocations = 0, late = 0, rewritten = 0;

	if (argc != 3)
		return 2;
	file = slurp(argv[1]);
	ehdr = (void *)file;
	shdr = (void *)(file + ehdr->e_shoff);
	shstrings = (char *)file + shdr[ehdr->e_shstrndx].sh_offset;
	address = calloc(ehdr->e_shnum, sizeof(*address));
	kcore = open("/proc/kcore", O_RDONLY);
	if (kcore < 0)
		die("can't open", "/proc/kcore");
	read_kallsyms();
	for (unsigned int i = 1; i < ehdr->e_shnum; i++) {
		char path[300];

		if (shdr[i].sh_type == SHT_SYMTAB) {
			syms = (void *)(file + shdr[i].sh_offset);
			strings = (char *)file + shdr[shdr[i].sh_link].sh_offset;
		}
		snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", argv[2], section_name(i));
		if (shdr[i].sh_flags & SHF_ALLOC && !access(path, R_OK))
			address[i] = strtoull(slurp(path), NULL, 16);
	}
	for (unsigned int i = 1; i < ehdr->e_shnum; i++) {
		if (!address[i] || shdr[i].sh_type != SHT_PROGBITS)
			continue;
		if (!strcmp(section_name(i), ".altinstructions"))
			read_alternatives(i);
		if (!strcmp(section_name(i), ".parainstructions"))
			read_paravirt(i);
		for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
			if (!strcmp(section_name(i), tables[t]))
				read_table(i, tables[t]);
	}
	for (unsigned int i = 1; i < ehdr->e_shnum; i++) {
		/* What is run only at load or at exit, and the replacements, which are only copied, are left out. */
		if (shdr[i].sh_type == SHT_RELA && address[shdr[i].sh_info] &&
		    shdr[shdr[i].sh_info].sh_flags & SHF_EXECINSTR) {
			relocations += shdr[i].sh_size / sizeof(Elf64_Rela);
			if (!strncmp(section_name(i), ".klp.rela.", 10) && strncmp(section_name(i) + 10, "vmlinux.", 8))
				late += shdr[i].sh_size / sizeof(Elf64_Rela);
		}
		if (!address[i] || shdr[i].sh_type != SHT_PROGBITS || !(shdr[i].sh_flags & SHF_EXECINSTR) ||
		    strstr(section_name(i), "init") || strstr(section_name(i), "altinstr_replacement"))
			continue;
		sections++;
		bytes += shdr[i].sh_size;
		rewritten += check_section(i);
	}
	printf("check-text: %zu sections, %zu bytes, %zu relocations, %zu of them late; %zu sites, %zu rewritten: %zu alternatives, %zu paravirt, %zu jump labels, %zu static calls, %zu retpolines, %zu returns; %zu wrong\n",
	       sections, bytes, relocations, late, nsites, rewritten, counted[0], counted[1], counted[2], counted[3],
	       counted[4], counted[5], wrong);
	return wrong || !sections;
}
