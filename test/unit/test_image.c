// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every wrapping that a kernel or a module comes in is taken off again, and a damaged one is noticed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bzlib.h>
#include <cmocka.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <zlib.h>
#include <zstd.h>

#include "target/decompress.h"
#include "target/image.h"
#include "util/diag.h"

#define PLAIN_SIZE (300 * 1024)

static uint8_t plain[PLAIN_SIZE];
static uint8_t packed[2 * PLAIN_SIZE + 4096];
static char path[] = "/tmp/test_image.XXXXXX";

/* An ELF magic, then something that packs, but not to nothing. */
static int setup(void **state)
{
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++) {
		if (i % 16 == 0)
			x = x * 1103515245 + 12345;
		plain[i] = (uint8_t)(x >> 16);
	}
	memcpy(plain, "\177ELF", 4);
	close(mkstemp(path));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static size_t pack_none(void)
{
	memcpy(packed, plain, sizeof(plain));
	return sizeof(plain);
}

static size_t pack_gzip(void)
{
	z_stream zs = {.next_in = plain, .avail_in = sizeof(plain), .next_out = packed, .avail_out = sizeof(packed)};

	assert_int_equal(deflateInit2(&zs, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
	deflateEnd(&zs);
	return zs.total_out;
}

static size_t pack_xz(void)
{
	size_t size = 0;

	assert_int_equal(
		lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, plain, sizeof(plain), packed, &size, sizeof(packed)),
		LZMA_OK);
	return size;
}

static size_t pack_lzma(void)
{
	lzma_stream ls = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	size_t size;

	assert_false(lzma_lzma_preset(&options, 6));
	assert_int_equal(lzma_alone_encoder(&ls, &options), LZMA_OK);
	ls.next_in = plain;
	ls.avail_in = sizeof(plain);
	ls.next_out = packed;
	ls.avail_out = sizeof(packed);
	assert_int_equal(lzma_code(&ls, LZMA_FINISH), LZMA_STREAM_END);
	size = ls.total_out;
	lzma_end(&ls);
	return size;
}

static size_t pack_zstd(void)
{
	size_t size = ZSTD_compress(packed, sizeof(packed), plain, sizeof(plain), 3);

	assert_false(ZSTD_isError(size));
	return size;
}

static size_t pack_lz4(void)
{
	int n = LZ4_compress_default((const char *)plain, (char *)packed + 8, sizeof(plain), sizeof(packed) - 8);
	uint32_t size = (uint32_t)n;

	assert_true(n > 0);
	memcpy(packed, "\x02\x21\x4c\x18", 4);
	memcpy(packed + 4, &size, 4);
	return 8 + size;
}

static size_t pack_bzip2(void)
{
	unsigned int size = sizeof(packed);

	assert_int_equal(BZ2_bzBuffToBuffCompress((char *)packed, &size, (char *)plain, sizeof(plain), 9, 0, 0), BZ_OK);
	return size;
}

static void put_be(uint8_t **p, uint32_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*(*p)++ = (uint8_t)(value >> (8 * i));
}

/* As lzop writes it: one block that is packed, one that is stored, both with a checksum of the plain bytes. */
static size_t pack_lzo(void)
{
	static uint8_t work[LZO1X_1_MEM_COMPRESS];
	const size_t first = sizeof(plain) - 100;
	lzo_uint n = 0;
	uint8_t *p = packed;

	memcpy(p, "\x89LZO\0\r\n\x1a\n", 9);
	p += 9;
	put_be(&p, 0x1030, 2);
	put_be(&p, 0x2080, 2);
	put_be(&p, 0x0940, 2);
	put_be(&p, 1, 1);
	put_be(&p, 5, 1);
	put_be(&p, 0x1, 4); /* a checksum of the plain bytes */
	put_be(&p, 0100644, 4);
	put_be(&p, 0, 4);
	put_be(&p, 0, 4);
	put_be(&p, 0, 1);
	put_be(&p, 0, 4);
	assert_int_equal(lzo_init(), LZO_E_OK);
	assert_int_equal(lzo1x_1_compress(plain, first, p + 12, &n, work), LZO_E_OK);
	assert_true(n < first); /* else lzop would store it */
	put_be(&p, (uint32_t)first, 4);
	put_be(&p, (uint32_t)n, 4);
	put_be(&p, 0, 4);
	p += n;
	put_be(&p, 100, 4);
	put_be(&p, 100, 4);
	put_be(&p, 0, 4);
	memcpy(p, plain + first, 100);
	p += 100;
	put_be(&p, 0, 4);
	return (size_t)(p - packed);
}

static const struct {
	const char *name;
	size_t (*pack)(void);
	bool has_size; /* the format closes with the size, so the kernel's build does not append it */
} wrappings[] = {
	{"none", pack_none, false}, {"gzip", pack_gzip, true}, {"xz", pack_xz, false},   {"lzma", pack_lzma, false},
	{"zstd", pack_zstd, false}, {"lz4", pack_lz4, false},  {"lzo", pack_lzo, false}, {"bzip2", pack_bzip2, false},
};

#define NWRAPPINGS (sizeof(wrappings) / sizeof(wrappings[0]))

static void write_file(const void *head, size_t head_size, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	if (head_size)
		assert_int_equal(fwrite(head, 1, head_size, file), head_size);
	assert_int_equal(fwrite(packed, 1, size, file), size);
	fclose(file);
}

static void expect_plain(const char *what)
{
	struct diag diag = {.out = stderr};
	struct image *image;

	if (image_read(path, &image, &diag))
		fail_msg("%s: not read", what);
	if (image->size < sizeof(plain) || memcmp(image->bytes, plain, sizeof(plain)))
		fail_msg("%s: wrong bytes", what);
	image_free(image);
}

static void expect_error(const char *what)
{
	struct diag diag = {0};
	struct image *image;

	if (!image_read(path, &image, &diag))
		fail_msg("%s: read without an error", what);
	assert_int_equal(diag.errors, 1);
}

static void test_packed_modules(void **state)
{
	(void)state;
	for (size_t i = 0; i < NWRAPPINGS; i++) {
		size_t size = wrappings[i].pack();

		write_file(NULL, 0, size);
		expect_plain(wrappings[i].name);
		if (wrappings[i].pack == pack_none)
			continue;
		write_file(NULL, 0, size / 2);
		expect_error(wrappings[i].name);
	}
}

static void put_le(uint8_t *p, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

/* A boot image with two setup sectors and the payload 0x60 bytes into the protected-mode code. */
static void write_boot_image(size_t i, uint32_t claimed_size)
{
	uint8_t head[3 * 512 + 0x60] = {0};
	size_t size = wrappings[i].pack();

	if (!wrappings[i].has_size && wrappings[i].pack != pack_none) {
		put_le(packed + size, claimed_size, 4);
		size += 4;
	}
	head[0x1f1] = 2;
	put_le(head + 0x1fe, 0xaa55, 2);
	memcpy(head + 0x202, "HdrS", 4);
	put_le(head + 0x206, 0x20f, 2);
	put_le(head + 0x248, 0x60, 4);
	put_le(head + 0x24c, (uint32_t)size, 4);
	/* What follows the payload is not part of it. */
	memset(packed + size, 0xcc, 64);
	write_file(head, sizeof(head), size + 64);
}

static void test_boot_images(void **state)
{
	(void)state;
	for (size_t i = 0; i < NWRAPPINGS; i++) {
		write_boot_image(i, sizeof(plain));
		expect_plain(wrappings[i].name);
	}
}

static void test_size_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < NWRAPPINGS; i++) {
		if (wrappings[i].pack == pack_none || wrappings[i].has_size)
			continue;
		write_boot_image(i, sizeof(plain) + 1);
		expect_error(wrappings[i].name);
	}
}

static void test_cut_boot_image(void **state)
{
	(void)state;
	write_boot_image(4, sizeof(plain));
	assert_int_equal(truncate(path, 4096), 0);
	expect_error("cut");
}

/* Found by fuzzing: a header of a few bytes asks for a gigabyte. */
static void test_memory_is_limited(void **state)
{
	size_t size = pack_lzma();

	(void)state;
	put_le(packed + 1, 1u << 28, 4);
	write_file(NULL, 0, size);
	expect_plain("lzma with a dictionary of 256 MiB");
	put_le(packed + 1, 1u << 30, 4);
	write_file(NULL, 0, size);
	expect_error("lzma with a dictionary of 1 GiB");
}

static void test_other_files(void **state)
{
	(void)state;
	memcpy(packed, "\x89LZO\0\r\n\x1a\n\x10\x30\x20\x80\x09\x40\x01\x05\0\0\x08\0", 22);
	write_file(NULL, 0, 22);
	expect_error("lzo with a filter");
	memcpy(packed, "just a text", 11);
	write_file(NULL, 0, 11);
	expect_error("text");
	write_file(NULL, 0, 0);
	expect_error("empty");
}

static void test_write(void **state)
{
	struct diag diag = {.out = stderr};
	struct image *image;

	(void)state;
	write_boot_image(4, sizeof(plain));
	assert_int_equal(image_read(path, &image, &diag), 0);
	assert_int_equal(image_write(image, path, &diag), 0);
	image_free(image);
	expect_plain("written");
}

/* Sizes that a damaged file tells are not believed before there is as much of it. */
static void test_sizes_without_data(void **state)
{
	static const uint8_t lzo[] =
		"\x89LZO\0\r\n\x1a\n\x10\x30\x20\xa0\x09\x40\x01\x09\0\0\0\x01\0\0\x81\xa4\0\0\0\0\0\0\0\0\0"
		"\0\0\0\0\x0f\0\0\0\0\0\0\x08\0\0\0\0\x12\x61\x62\x63\x64\x65\x66\x67";
	static const uint8_t gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
	struct rlimit before, limit;
	uint8_t *out;
	size_t size;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* it takes terabytes of address space for itself */
#endif
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	limit = before;
	limit.rlim_cur = 200 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	assert_int_equal(decompress(DECOMPRESS_LZO, lzo, sizeof(lzo) - 1, 0, &out, &size), -EBADMSG);
	assert_int_equal(decompress(DECOMPRESS_GZIP, gzip, sizeof(gzip) - 1, 3u << 30, &out, &size), -EBADMSG);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_without_data), cmocka_unit_test(test_packed_modules),
		cmocka_unit_test(test_boot_images),        cmocka_unit_test(test_size_is_checked),
		cmocka_unit_test(test_cut_boot_image),     cmocka_unit_test(test_memory_is_limited),
		cmocka_unit_test(test_other_files),        cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
