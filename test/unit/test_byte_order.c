// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers are read and written in the byte order of the machine: here a machine like x86-64, but big-endian.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../kmod/patch/klp-records.h"
#include "arch/arch.h"
#include "elf/build.h"
#include "elf/model.h"
#include "klp/funcs.h"
#include "klp/plan.h"
#include "target/btf.h"
#include "util/bytes.h"
#include "util/diag.h"

static struct arch_ops big_endian(void)
{
	struct arch_ops arch = arch_x86_64;

	arch.is_big_endian = true;
	return arch;
}

static void write_out(struct elf_out *out, char path[])
{
	struct diag diag = {.out = stderr};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(elf_out_write(out, path, &diag), 0);
}

static void test_numbers(void **state)
{
	uint8_t bytes[8];

	(void)state;
	bytes_put64(bytes, 0x0102030405060708, true);
	assert_memory_equal(bytes, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(bytes_byte_of(0x01020304, 4, 0, true), 1);
	assert_int_equal(bytes_byte_of(0x01020304, 4, 3, true), 4);
	bytes_put64(bytes, 0x0102030405060708, false);
	assert_memory_equal(bytes, "\10\7\6\5\4\3\2\1", 8);
	assert_int_equal(bytes_byte_of(0x01020304, 4, 0, false), 4);
	assert_int_equal(bytes_shift_of_bit(0, true), 7);
	assert_int_equal(bytes_shift_of_bit(0, false), 0);
}

/* The kind of the file, and a relocation in it. */
static void test_file(void **state)
{
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC, .align = 1};
	const struct arch_ops arch = big_endian();
	struct elf_out *out = elf_out_new(&arch);
	char path[] = "/tmp/klp-test-order.XXXXXX";
	uint32_t sec = elf_out_add_section(out, ".data", &attr);
	uint8_t file[4096];
	size_t size;
	FILE *in;

	(void)state;
	elf_out_append(out, sec, NULL, 8, 1);
	elf_out_add_rela(out, sec, 3, 1, elf_out_section_symbol(out, sec), 0x1122334455667788);
	write_out(out, path);
	elf_out_free(out);
	in = fopen(path, "re");
	assert_non_null(in);
	size = fread(file, 1, sizeof(file), in);
	fclose(in);
	unlink(path);
	assert_int_equal(file[EI_DATA], ELFDATA2MSB);
	assert_memory_equal(file + offsetof(Elf64_Ehdr, e_machine), "\0\76", 2);
	assert_non_null(memmem(file, size, "\x11\x22\x33\x44\x55\x66\x77\x88", 8));
}

static void test_records(void **state)
{
	const struct arch_ops arch = big_endian();
	const struct plan_function function = {.name = "foo", .sympos = 2};
	struct elf_out *out = elf_out_new(&arch);
	const uint8_t *bytes;

	(void)state;
	funcs_add(out, &arch, "vmlinux", &function, 0);
	funcs_add_callback(out, &arch, "vmlinux", KLP_POST_UNPATCH, 0);
	bytes = elf_out_bytes(out, elf_out_find_section(out, KLP_FUNCS_SECTION), 0);
	assert_memory_equal(bytes + offsetof(struct klp_func_record, sympos), "\0\0\0\0\0\0\0\2", 8);
	bytes = elf_out_bytes(out, elf_out_find_section(out, KLP_CALLBACKS_SECTION), 0);
	assert_memory_equal(bytes + offsetof(struct klp_callback_record, kind), "\0\0\0\0\0\0\0\3", 8);
	elf_out_free(out);
}

/* A header of 24 bytes, `struct foo` of 16 bytes without members, and the strings. */
static void test_btf(void **state)
{
	static const char btf[] = "\xeb\x9f\1\0\0\0\0\30\0\0\0\0\0\0\0\14\0\0\0\14\0\0\0\5"
				  "\0\0\0\1\4\0\0\0\0\0\0\20"
				  "\0foo";
	static const char *const names[] = {"foo"};
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC, .align = 1};
	const struct arch_ops arch = big_endian();
	struct elf_out *out = elf_out_new(&arch_x86_64);
	char path[] = "/tmp/klp-test-order.XXXXXX";
	struct diag diag = {0};
	struct elf_obj *obj;
	uint32_t size;

	(void)state;
	elf_out_append(out, elf_out_add_section(out, ".BTF", &attr), btf, sizeof(btf), 1);
	write_out(out, path);
	elf_out_free(out);
	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	unlink(path);
	assert_int_not_equal(btf_read_struct_sizes(obj, names, &size, 1, &diag), 0);
	obj->arch = &arch;
	assert_int_equal(btf_read_struct_sizes(obj, names, &size, 1, &diag), 0);
	assert_int_equal(size, 16);
	obj->arch = &arch_x86_64;
	elf_obj_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
