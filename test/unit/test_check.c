// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that no assembler makes: what the passes rely on is asked for before they run, and no pass uses what it has
 * freed.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "elf/model.h"
#include "object/entries.h"
#include "object/layout.h"
#include "object/pieces.h"
#include "object/refs.h"
#include "object/relas.h"
#include "util/arena.h"
#include "util/diag.h"

#define TEXT   (SHF_ALLOC | SHF_EXECINSTR)
#define OFFSET 0x21

/* One section `name` of 64 bytes, with a function or variable, and one relocation at OFFSET. */
struct sample {
	const char *name;
	uint32_t type;
	uint64_t flags, size, align, entsize, symbol_size, offset;
	uint32_t rela_type; /* 0: none */
	int64_t addend;
	uint64_t other_value; /* of a symbol that no section has */
	uint32_t other_sec;   /* what it has instead, SHN_* */
};

static char path[] = "/tmp/klp-test-check.XXXXXX";
static char messages[4096];

/* What libelf would not write. */
static void edit_header(const struct sample *sample)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	Elf64_Ehdr ehdr;
	Elf64_Shdr shdr;

	assert_int_equal(pread(fd, &ehdr, sizeof(ehdr), 0), sizeof(ehdr));
	assert_int_equal(pread(fd, &shdr, sizeof(shdr), (off_t)(ehdr.e_shoff + sizeof(shdr))), sizeof(shdr));
	if (sample->align)
		shdr.sh_addralign = sample->align;
	shdr.sh_entsize = sample->entsize;
	assert_int_equal(pwrite(fd, &shdr, sizeof(shdr), (off_t)(ehdr.e_shoff + sizeof(shdr))), sizeof(shdr));
	close(fd);
}

static void write_sample(const struct sample *sample)
{
	struct elf_out_sec_attr attr = {
		.type = sample->type ? sample->type : SHT_PROGBITS,
		.flags = sample->flags,
		.align = 16,
	};
	struct elf_out *out = elf_out_new(&arch_x86_64);
	struct diag diag = {0};
	uint32_t sec = elf_out_add_section(out, sample->name, &attr), sym;

	elf_out_append(out, sec, NULL, sample->size ? sample->size : 64, 1);
	sym = elf_out_add_symbol(out, &(struct elf_out_sym){
					      .name = "symbol",
					      .sec = sec,
					      .size = sample->symbol_size ? sample->symbol_size : 64,
					      .type = sample->flags & SHF_EXECINSTR ? STT_FUNC : STT_OBJECT,
				      });
	if (sample->other_value)
		elf_out_add_symbol(out, &(struct elf_out_sym){.name = "other",
							      .sec = sample->other_sec,
							      .value = sample->other_value,
							      .bind = STB_GLOBAL});
	if (sample->rela_type)
		elf_out_add_rela(out, sec, sample->offset ? sample->offset : OFFSET, sample->rela_type, sym,
				 sample->addend);
	assert_int_equal(elf_out_write(out, path, &diag), 0);
	elf_out_free(out);
	edit_header(sample);
}

static void diag_begin(struct diag *diag)
{
	memset(messages, 0, sizeof(messages));
	*diag = (struct diag){.out = fmemopen(messages, sizeof(messages) - 1, "w")};
}

/* Is the sample refused with these words? NULL: it is taken. */
static void assert_checked(const struct sample *sample, const char *words)
{
	struct elf_obj *obj;
	struct diag diag;
	int err;

	write_sample(sample);
	diag_begin(&diag);
	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	err = elf_obj_check(obj, &diag);
	fclose(diag.out);
	if (words) {
		assert_int_not_equal(err, 0);
		assert_non_null(strstr(messages, words));
		assert_non_null(strstr(messages, ": error: "));
	} else {
		assert_string_equal(messages, "");
		assert_int_equal(err, 0);
	}
	elf_obj_free(obj);
}

static void test_content(void **state)
{
	const struct sample function = {.name = ".text.f", .flags = TEXT, .rela_type = R_X86_64_PC32};
	struct sample sample = function;

	(void)state;
	assert_checked(&function, NULL);
	sample.type = SHT_NOBITS;
	sample.rela_type = 0;
	assert_checked(&sample, "must have content");
	sample.name = ".data.renamed";
	assert_checked(&sample, "must have content");
	sample.flags = SHF_ALLOC | SHF_WRITE;
	assert_checked(&sample, NULL);
	sample.rela_type = R_X86_64_64;
	assert_checked(&sample, "must have content");
	sample.rela_type = 0;
	sample.name = "__ex_table";
	assert_checked(&sample, "must have content");
	sample.name = ".rodata.str1.1";
	sample.flags = SHF_ALLOC | SHF_MERGE | SHF_STRINGS;
	sample.entsize = 1;
	assert_checked(&sample, "must have content");
	sample.flags = 0;
	assert_checked(&sample, NULL);
}

static void test_sizes(void **state)
{
	struct sample sample = {.name = ".bss.cnt", .type = SHT_NOBITS, .flags = SHF_ALLOC | SHF_WRITE};

	(void)state;
	sample.size = INT32_MAX;
	assert_checked(&sample, NULL);
	sample.size = 1ull << 31;
	assert_checked(&sample, ".bss.cnt: error: invalid size of 0x80000000 bytes");
	sample.size = 1ull << 60;
	assert_checked(&sample, ".bss.cnt: error: invalid size of 0x1000000000000000 bytes");
	sample.size = 0;
	sample.symbol_size = UINT64_MAX;
	assert_checked(&sample, "symbol: error: invalid size of 0xffffffffffffffff bytes");
	sample.symbol_size = 0;
	sample.align = 2u << 20;
	assert_checked(&sample, NULL);
	sample.align = 4u << 20;
	assert_checked(&sample, "alignment 0x400000");
	sample.align = 24;
	assert_checked(&sample, "alignment 0x18");
	sample = (struct sample){.name = ".rodata.cst8", .flags = SHF_ALLOC | SHF_MERGE, .entsize = 64};
	assert_checked(&sample, NULL);
	sample.entsize = 65;
	assert_checked(&sample, "its entries of 0x41 bytes");
	sample.entsize = 1ull << 63;
	assert_checked(&sample, "its entries of 0x8000000000000000 bytes");
}

static void test_relocations(void **state)
{
	struct sample sample = {.name = ".data.table", .flags = SHF_ALLOC | SHF_WRITE, .rela_type = R_X86_64_64};

	(void)state;
	sample.offset = 56;
	assert_checked(&sample, NULL);
	sample.offset = 57;
	assert_checked(&sample, ".data.table: error: the field of relocation 0, at offset 0x39, reaches past the end");
	sample.rela_type = R_X86_64_PC32;
	assert_checked(&sample, NULL);
	sample.addend = -(1ll << 62);
	assert_checked(&sample, NULL);
	sample.addend = INT64_MIN;
	assert_checked(&sample, "relocation 0 has the invalid addend 0x8000000000000000");
	sample.addend = INT64_MAX;
	assert_checked(&sample, "relocation 0 has the invalid addend 0x7fffffffffffffff");
}

/* Found by fuzzing: what an undefined symbol has for a value is added to an addend. */
static void test_symbol_values(void **state)
{
	struct sample sample = {.name = ".data.table", .flags = SHF_ALLOC | SHF_WRITE};

	(void)state;
	sample.other_value = 0x12345678;
	assert_checked(&sample, NULL);
	sample.other_value = 0xffffffff81000000;
	assert_checked(&sample, NULL);
	sample.other_value = 1ull << 63;
	assert_checked(&sample, "other: error: invalid value 0x8000000000000000");
	sample.other_value = 1ull << 62;
	assert_checked(&sample, "other: error: invalid value 0x4000000000000000");
	/* Found by fuzzing: it was taken for the number of a section. */
	sample.other_value = 8;
	sample.other_sec = ELF_SHN_ABS;
	assert_checked(&sample, NULL);
	sample.other_sec = ELF_SHN_LIVEPATCH;
	assert_checked(&sample, "other: error: its section ");
}

/* The message tells the offset of the relocation, which was read after it was freed. */
static void test_unsupported_type(void **state)
{
	const struct sample sample = {.name = ".text.f", .flags = TEXT, .rela_type = R_X86_64_TLSGD};
	struct pieces *pieces;
	struct refs *refs;
	struct elf_obj *obj;
	struct diag diag;

	(void)state;
	write_sample(&sample);
	diag_begin(&diag);
	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	assert_int_equal(pieces_new(obj, &pieces, &diag), 0);
	assert_int_not_equal(refs_new(pieces, &refs, &diag), 0);
	fclose(diag.out);
	assert_non_null(strstr(messages, ".text.f: error: offset 0x21: "));
	assert_non_null(strstr(messages, "(type 19) is not supported"));
	pieces_free(pieces);
	elf_obj_free(obj);
}

/* A function, and a table whose relocations are at these offsets of it, to the function. */
static int read_table(const char *name, uint64_t size, const uint64_t *offsets, uint32_t n, uint8_t fill,
		      const struct layout *layout)
{
	const struct elf_out_sec_attr text = {.type = SHT_PROGBITS, .flags = TEXT, .align = 16};
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC, .align = 1};
	struct elf_out *out = elf_out_new(&arch_x86_64);
	struct entries *entries = NULL;
	struct pieces *pieces;
	struct refs *refs;
	struct elf_obj *obj;
	struct diag diag;
	uint32_t sec, table, sym;
	uint8_t *bytes = malloc(size);
	int err;

	memset(bytes, fill, size);
	diag_begin(&diag);
	sec = elf_out_add_section(out, ".text.f", &text);
	elf_out_append(out, sec, NULL, 64, 1);
	sym = elf_out_add_symbol(out, &(struct elf_out_sym){.name = "f", .sec = sec, .size = 64, .type = STT_FUNC});
	table = elf_out_add_section(out, name, &attr);
	elf_out_append(out, table, bytes, size, 1);
	for (uint32_t i = 0; i < n; i++)
		elf_out_add_rela(out, table, offsets[i], R_X86_64_PC32, sym, 60);
	assert_int_equal(elf_out_write(out, path, &diag), 0);
	elf_out_free(out);
	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	assert_int_equal(elf_obj_check(obj, &diag), 0);
	assert_int_equal(pieces_new(obj, &pieces, &diag), 0);
	assert_int_equal(refs_new(pieces, &refs, &diag), 0);
	err = entries_new(pieces, refs, layout, &entries, &diag);
	fclose(diag.out);
	if (!err)
		entries_free(entries);
	refs_free(refs);
	pieces_free(pieces);
	elf_obj_free(obj);
	free(bytes);
	return err;
}

/* By offset, and those of one place as the file has them; of a section without any, none. */
static void test_sorted_relocations(void **state)
{
	struct elf_rela relas[] = {
		{.offset = 8, .type = R_X86_64_PC32},
		{.offset = 0, .type = R_X86_64_NONE},
		{.offset = 8, .type = R_X86_64_64},
		{.offset = 0, .type = R_X86_64_64},
	};
	const struct elf_sec sec = {.relas = relas, .nrelas = 4}, empty = {0};
	struct arena *arena = arena_new();
	struct relas all = relas_sorted(&sec, arena), writing = relas_sorted_writing(&sec, &arch_x86_64, arena);

	(void)state;
	assert_int_equal(all.n, 4);
	assert_ptr_equal(all.v[0], &relas[1]);
	assert_ptr_equal(all.v[1], &relas[3]);
	assert_ptr_equal(all.v[2], &relas[0]);
	assert_ptr_equal(all.v[3], &relas[2]);
	assert_int_equal(writing.n, 3);
	assert_ptr_equal(writing.v[0], &relas[3]);
	assert_int_equal(relas_first(&writing, 0), 0);
	assert_int_equal(relas_first(&writing, 1), 1);
	assert_int_equal(relas_first(&writing, 8), 1);
	assert_int_equal(relas_first(&writing, 9), 3);
	all = relas_sorted(&empty, arena);
	assert_int_equal(relas_first(&all, 0), 0);
	arena_free(arena);
}

/* As many relocations as entries, and yet an entry without one. */
static void test_entry_without_relocation(void **state)
{
	static const uint64_t good[] = {0, 4}, twice[] = {0, 0};
	const struct layout layout = {0};

	(void)state;
	assert_int_equal(read_table(".return_sites", 8, good, 2, 0, &layout), 0);
	assert_int_not_equal(read_table(".return_sites", 8, twice, 2, 0, &layout), 0);
	assert_non_null(strstr(messages, ".return_sites: error: the entry at 0x4 refers to no code"));
}

/* The length in the entry says that there are more bytes than the section has. */
static void test_replacement_length(void **state)
{
	static const uint64_t offsets[] = {0, 4};
	const struct layout layout = {0};

	(void)state;
	assert_int_equal(read_table(".altinstructions", 14, offsets, 2, 4, &layout), 0);
	assert_int_not_equal(read_table(".altinstructions", 14, offsets, 2, 5, &layout), 0);
	assert_non_null(strstr(messages, "the 5 bytes of the replacement of the entry at 0 are not there"));
}

/* An entry's size is a byte: 256 became 0, by which the table was divided. */
static void test_entry_size(void **state)
{
	struct layout layout = {0};
	struct diag diag;

	(void)state;
	diag_begin(&diag);
	setenv("BUG_STRUCT_SIZE", "255", 1);
	assert_int_equal(layout_read_environment(&layout, &arch_x86_64, &diag), 0);
	setenv("BUG_STRUCT_SIZE", "256", 1);
	assert_int_not_equal(layout_read_environment(&layout, &arch_x86_64, &diag), 0);
	unsetenv("BUG_STRUCT_SIZE");
	fclose(diag.out);
	assert_non_null(strstr(messages, "'256' is not an entry size in bytes"));
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_relocations),
		cmocka_unit_test(test_symbol_values),
		cmocka_unit_test(test_unsupported_type),
		cmocka_unit_test(test_sorted_relocations),
		cmocka_unit_test(test_entry_without_relocation),
		cmocka_unit_test(test_replacement_length),
		cmocka_unit_test(test_entry_size),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
