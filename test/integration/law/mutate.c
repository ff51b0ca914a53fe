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
 *   string OLD NEW              a string anywhere in the file; NEW is as long
 *   crc SYMBOL                  another CRC for an import
 *   move RELAS SYMBOL SITE N    the relocation that refers to SYMBOL goes to SITE + N
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf/model.h"
#include "livepatch-fixture.h"

static void replace_string(struct elf_edit *edit, const char *from, const char *to)
{
	char *at = memmem(edit->bytes, edit->size, from, strlen(from));

	if (!at || strlen(from) != strlen(to))
		fail_msg("can't replace %s", from);
	memcpy(at, to, strlen(to));
}

static void change_crc(struct elf_edit *edit, const char *symbol)
{
	uint8_t *versions = elf_edit_data(edit, "__versions");
	uint64_t size = elf_edit_section(edit, "__versions")->sh_size;

	for (uint64_t i = 0; i + 64 <= size; i += 64)
		if (!strcmp((const char *)versions + i + 8, symbol)) {
			versions[i] ^= 1;
			return;
		}
	fail_msg("no CRC of %s", symbol);
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
		change_crc(&edit, a);
	else if (!strcmp(command, "move") && argc == 8)
		elf_edit_rela(&edit, a, b)->r_offset =
			elf_edit_symbol(&edit, argv[6])->st_value + strtoul(argv[7], NULL, 0);
	else
		return 1;
	elf_edit_write(&edit, argv[2]);
	elf_edit_free(&edit);
	return 0;
}
