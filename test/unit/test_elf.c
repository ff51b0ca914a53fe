// SPDX-License-Identifier: GPL-2.0-only
/*
 * The builder and the reader against each other, and what the reader must refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "elf/model.h"
#include "util/diag.h"

struct temp {
	char path[64];
};

static void temp_new(struct temp *temp)
{
	int fd;

	strcpy(temp->path, "/tmp/klp-test-elf.XXXXXX");
	fd = mkstemp(temp->path);
	assert_true(fd >= 0);
	close(fd);
}

/* .text with a local and a global function, a livepatch symbol, two relocation sections. */
static void write_sample(const char *path)
{
	const struct elf_out_sec_attr text = {.type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR, .align = 16};
	const struct elf_out_sec_attr bss = {.type = SHT_NOBITS, .flags = SHF_ALLOC | SHF_WRITE, .align = 8};
	struct elf_out *out = elf_out_new(&arch_x86_64);
	struct diag diag = {0};
	uint32_t sec = elf_out_add_section(out, ".text", &text), late, zeros, global, klp;

	assert_int_equal(elf_out_append(out, sec, "\x90\x90\xc3", 3, 1), 0);
	assert_int_equal(elf_out_append(out, sec, "\xc3", 1, 16), 16);
	zeros = elf_out_add_section(out, ".bss", &bss);
	elf_out_append(out, zeros, NULL, 100, 8);
	/* The global one first: the file must still have locals first. */
	global = elf_out_add_symbol(
		out, &(struct elf_out_sym){.name = "global", .sec = sec, .value = 16, .size = 1, .bind = STB_GLOBAL});
	elf_out_add_symbol(out, &(struct elf_out_sym){.name = "local", .sec = sec, .size = 3, .type = STT_FUNC});
	klp = elf_out_add_symbol(
		out,
		&(struct elf_out_sym){.name = ".klp.sym.vmlinux.x,0", .sec = ELF_SHN_LIVEPATCH, .bind = STB_GLOBAL});
	elf_out_add_rela(out, sec, 0, R_X86_64_PC32, global, -0x7fffffffffll);
	late = elf_out_add_rela_section(out, ".klp.rela.vmlinux..text", sec, SHF_ALLOC | SHF_RELA_LIVEPATCH);
	elf_out_add_rela_in(out, late, 1, R_X86_64_PC32, klp, -4);
	elf_out_patch(out, sec, 1, "\xcc", 1);
	assert_int_equal(elf_out_write(out, path, &diag), 0);
	elf_out_free(out);
}

static void test_round_trip(void **state)
{
	struct diag diag = {.out = stderr};
	const struct elf_sec *sec;
	const struct elf_sym *sym;
	struct elf_obj *obj;
	struct temp temp;

	(void)state;
	temp_new(&temp);
	write_sample(temp.path);
	assert_int_equal(elf_obj_read(temp.path, &obj, &diag), 0);
	sec = elf_obj_find_section(obj, ".text");
	assert_non_null(sec);
	assert_int_equal(sec->size, 17);
	assert_memory_equal(sec->data, "\x90\xcc\xc3", 3);
	assert_int_equal(sec->nrelas, 1);
	/* Addends are 64 bit signed from end to end. */
	assert_true(sec->relas[0].addend == -0x7fffffffffll);
	assert_string_equal(obj->syms[sec->relas[0].sym].name, "global");
	assert_int_equal(elf_obj_find_section(obj, ".bss")->size, 100);
	sym = &obj->syms[elf_obj_find_symbol(obj, ".klp.sym.vmlinux.x,0")];
	assert_int_equal(sym->shndx, ELF_SHN_LIVEPATCH);
	assert_false(elf_sym_has_section(sym));
	assert_true(elf_obj_find_symbol(obj, "local") < elf_obj_find_symbol(obj, "global"));
	assert_int_equal(obj->secs[obj->symtab].info, elf_obj_find_symbol(obj, "global"));
	sec = elf_obj_find_section(obj, ".klp.rela.vmlinux..text");
	assert_int_equal(sec->flags, SHF_ALLOC | SHF_RELA_LIVEPATCH | SHF_INFO_LINK);
	assert_int_equal(sec->info, elf_obj_find_section_index(obj, ".text"));
	elf_obj_free(obj);
	unlink(temp.path);
}

static void *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 16);

	assert_non_null(f);
	*size = fread(bytes, 1, 1 << 16, f);
	fclose(f);
	return bytes;
}

static void test_same_calls_same_bytes(void **state)
{
	struct temp a, b;
	size_t a_size, b_size;
	void *a_bytes, *b_bytes;

	(void)state;
	temp_new(&a);
	temp_new(&b);
	write_sample(a.path);
	write_sample(b.path);
	a_bytes = slurp(a.path, &a_size);
	b_bytes = slurp(b.path, &b_size);
	assert_int_equal(a_size, b_size);
	assert_memory_equal(a_bytes, b_bytes, a_size);
	free(a_bytes);
	free(b_bytes);
	unlink(a.path);
	unlink(b.path);
}

/* Every byte range that the reader uses is broken once: it must refuse with an error, never crash. */
static void test_broken_files(void **state)
{
	struct temp temp;
	size_t size;
	char *bytes;
	unsigned int refused = 0;

	(void)state;
	temp_new(&temp);
	write_sample(temp.path);
	bytes = slurp(temp.path, &size);
	for (size_t i = 0; i < size; i++) {
		struct diag diag = {0};
		struct elf_obj *obj;
		char saved = bytes[i];

		bytes[i] = (char)0xff;
		if (elf_obj_read_memory("broken", bytes, size, &obj, &diag)) {
			assert_int_equal(diag.errors, 1);
			refused++;
		} else {
			elf_obj_free(obj);
		}
		bytes[i] = saved;
	}
	for (size_t cut = 0; cut < size; cut += 7) {
		struct diag diag = {0};
		struct elf_obj *obj;

		assert_int_not_equal(elf_obj_read_memory("cut", bytes, cut, &obj, &diag), 0);
	}
	assert_true(refused > 50);
	free(bytes);
	unlink(temp.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_calls_same_bytes),
		cmocka_unit_test(test_broken_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
