// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutate IN.ko OUT.ko COMMAND ARGUMENT...: makes one thing in a module wrong.
 *
 *   symbol OLD NEW              another name for a symbol
 *   section OLD NEW             another name for a section
 *   ordinary SECTION            without SHF_RELA_LIVEPATCH
 *   unalloc SECTION             without SHF_ALLOC
 *   writable SECTION            with SHF_WRITE
 *   absolute SYMBOL             SHN_ABS instead of SHN_LIVEPATCH
 *   dirty SECTION OFFSET        a byte that is not zero
 *   string OLD NEW              a string anywhere in the file; NEW is not longer
 *   crc SYMBOL                  another CRC for an import
 *   import OLD NEW CRC          another import, with a CRC of its own
 *   same-record I J             record I of .klp.funcs is one more of the function of record J
 *   flip SEED N                 N bytes anywhere, as SEED says
 *   offset RELAS SYMBOL OFFSET  the relocation in RELAS that refers to SYMBOL is applied there
 *   type RELAS SYMBOL TYPE      it is of this type
 *   info SECTION NUMBER         another sh_info
 *   link SECTION NUMBER         another sh_link
 *   late RELAS SYMBOL SECTION LABEL N
 *                               the relocation in RELAS that refers to SYMBOL goes to SECTION, N bytes behind LABEL
 *                               ("-": behind its start), in place of the ordinary one there
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../unit/livepatch-fixture.h"
#include "elf/model.h"

/* sizeof(struct modversion_info) */
#define VERSION_SIZE 64

static void replace_string(struct elf_edit *edit, const char *from, const char *to)
{
	char *at = memmem(edit->bytes, edit->size, from, strlen(from));

	if (!at || strlen(from) < strlen(to))
		fail_msg("can't replace %s", from);
	memset(at, 0, strlen(from));
	memcpy(at, to, strlen(to));
}

static uint8_t *find_version(struct elf_edit *edit, const char *symbol)
{
	uint8_t *versions = elf_edit_data(edit, "__versions");
	uint64_t size = elf_edit_section(edit, "__versions")->sh_size;

	for (uint64_t i = 0; i + VERSION_SIZE <= size; i += VERSION_SIZE)
		if (!strcmp((const char *)versions + i + 8, symbol))
			return versions + i;
	fail_msg("no CRC of %s", symbol);
	return NULL;
}

static void change_import(struct elf_edit *edit, const char *from, const char *to, uint32_t crc)
{
	uint8_t *version;

	elf_edit_rename_symbol(edit, from, to);
	version = find_version(edit, from);
	memset(version, 0, VERSION_SIZE);
	memcpy(version, &crc, sizeof(crc));
	strcpy((char *)version + 8, to);
}

/* Each record has three pointers: object, function, what replaces it. */
static void copy_record(struct elf_edit *edit, unsigned long to, unsigned long from)
{
	Elf64_Rela *relas = elf_edit_data(edit, ".rela.klp.funcs");

	for (unsigned long i = 0; i < 2; i++) {
		relas[3 * to + i].r_info = relas[3 * from + i].r_info;
		relas[3 * to + i].r_addend = relas[3 * from + i].r_addend;
	}
}

static void set_type(Elf64_Rela *rela, uint64_t type)
{
	rela->r_info = ELF64_R_INFO(ELF64_R_SYM(rela->r_info), type);
}

static void move_late(struct elf_edit *edit, char **args)
{
	const char *relas = args[0], *symbol = args[1], *section = args[2], *label = args[3];
	uint64_t at = strtoul(args[4], NULL, 0);
	char name[256];

	if (strcmp(label, "-"))
		at += elf_edit_symbol(edit, label)->st_value;
	elf_edit_drop_relas(edit, section, at, 4);
	elf_edit_rela(edit, relas, symbol)->r_offset = at;
	/* `.klp.rela.<object>.<section>` */
	snprintf(name, sizeof(name), "%.*s.%s", (int)(strchr(relas + strlen(".klp.rela."), '.') - relas), relas,
		 section);
	elf_edit_section(edit, relas)->sh_info = elf_edit_section_index(edit, section);
	if (strcmp(name, relas))
		elf_edit_rename_section(edit, relas, name);
}

/* xorshift64: the same seed breaks the same bytes everywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Bytes of the headers are hit as often as those of sections, of which there are many more. */
static uint64_t random_offset(struct elf_edit *edit, uint64_t *state)
{
	const Elf64_Ehdr *header = elf_edit_header(edit);
	uint64_t headers = header->e_shnum * sizeof(Elf64_Shdr);

	switch (next_random(state) % 8) {
	case 0:
		return next_random(state) % sizeof(*header);
	case 1:
	case 2:
		return header->e_shoff + next_random(state) % headers;
	case 3:
	case 4:
		return elf_edit_section(edit, ".symtab")->sh_offset +
		       next_random(state) % elf_edit_section(edit, ".symtab")->sh_size;
	default:
		return next_random(state) % edit->size;
	}
}

static void flip_bytes(struct elf_edit *edit, uint64_t seed, unsigned long n)
{
	static const uint8_t extremes[] = {0, 1, 0x7f, 0x80, 0xff};
	uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15;
	uint64_t *offsets = calloc(n, sizeof(*offsets));

	/* What tells where things are is read before it is broken. */
	for (unsigned long i = 0; i < n; i++)
		offsets[i] = random_offset(edit, &state);
	for (unsigned long i = 0; i < n; i++) {
		uint8_t *byte = edit->bytes + offsets[i];

		if (next_random(&state) % 2)
			*byte ^= (uint8_t)(1u << next_random(&state) % 8);
		else
			*byte = extremes[next_random(&state) % sizeof(extremes)];
	}
	free(offsets);
}

int main(int argc, char **argv)
{
	struct elf_edit edit;
	const char *command, *a, *b;

	if (argc < 5)
		return 1;
	edit = elf_edit_read(argv[1]);
	command = argv[3];
	a = argv[4];
	b = argc > 5 ? argv[5] : "";
	if (!strcmp(command, "symbol"))
		elf_edit_rename_symbol(&edit, a, b);
	else if (!strcmp(command, "section"))
		elf_edit_rename_section(&edit, a, b);
	else if (!strcmp(command, "ordinary"))
		elf_edit_section(&edit, a)->sh_flags &= ~(uint64_t)SHF_RELA_LIVEPATCH;
	else if (!strcmp(command, "unalloc"))
		elf_edit_section(&edit, a)->sh_flags &= ~(uint64_t)SHF_ALLOC;
	else if (!strcmp(command, "writable"))
		elf_edit_section(&edit, a)->sh_flags |= SHF_WRITE;
	else if (!strcmp(command, "absolute"))
		elf_edit_symbol(&edit, a)->st_shndx = SHN_ABS;
	else if (!strcmp(command, "dirty"))
		((uint8_t *)elf_edit_data(&edit, a))[atoi(b)] = 1;
	else if (!strcmp(command, "string"))
		replace_string(&edit, a, b);
	else if (!strcmp(command, "crc"))
		*find_version(&edit, a) ^= 1;
	else if (!strcmp(command, "import") && argc == 7)
		change_import(&edit, a, b, (uint32_t)strtoul(argv[6], NULL, 0));
	else if (!strcmp(command, "same-record"))
		copy_record(&edit, strtoul(a, NULL, 0), strtoul(b, NULL, 0));
	else if (!strcmp(command, "flip"))
		flip_bytes(&edit, strtoul(a, NULL, 0), strtoul(b, NULL, 0));
	else if (!strcmp(command, "offset") && argc == 7)
		elf_edit_rela(&edit, a, b)->r_offset = strtoul(argv[6], NULL, 0);
	else if (!strcmp(command, "type") && argc == 7)
		set_type(elf_edit_rela(&edit, a, b), strtoul(argv[6], NULL, 0));
	else if (!strcmp(command, "info"))
		elf_edit_section(&edit, a)->sh_info = (uint32_t)strtoul(b, NULL, 0);
	else if (!strcmp(command, "link"))
		elf_edit_section(&edit, a)->sh_link = (uint32_t)strtoul(b, NULL, 0);
	else if (!strcmp(command, "late") && argc == 9)
		move_late(&edit, argv + 4);
	else
		return 1;
	elf_edit_write(&edit, argv[2]);
	elf_edit_free(&edit);
	return 0;
}
