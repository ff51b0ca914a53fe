// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function per format, all with the same shape: a library feeds a buffer that grows. The libraries do the
 * work; only the containers of lz4 and lzo, which the kernel build writes in their command-line tools' own
 * formats, are taken apart here.
 */
#include "target/decompress.h"

#include <bzlib.h>
#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* An image is 50-100 MB unpacked; this bound stops a damaged stream from eating all memory. */
#define MAX_SIZE ((size_t)512 << 20)

struct buffer {
	uint8_t *data;
	size_t size; /* bytes in use */
	size_t cap;  /* bytes allocated */
};

/* Makes room for at least one more byte (want: for that many). */
static int reserve(struct buffer *buf, size_t want)
{
	size_t cap = buf->cap ? buf->cap : 1 << 20;
	uint8_t *data;

	while (cap - buf->size < want) {
		if (cap > MAX_SIZE / 2)
			return -EBADMSG;
		cap *= 2;
	}
	if (cap == buf->cap)
		return 0;
	data = realloc(buf->data, cap);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->cap = cap;
	return 0;
}

static int unpack_gzip(const uint8_t *in, size_t in_size, struct buffer *buf)
{
	z_stream zs = {.next_in = (uint8_t *)(uintptr_t)in, .avail_in = (uInt)in_size};
	int ret = Z_OK, err = 0;

	if (in_size > UINT32_MAX || inflateInit2(&zs, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	while (ret == Z_OK) {
		err = reserve(buf, 1);
		if (err)
			break;
		zs.next_out = buf->data + buf->size;
		zs.avail_out = (uInt)(buf->cap - buf->size);
		ret = inflate(&zs, Z_NO_FLUSH);
		buf->size = (size_t)(zs.next_out - buf->data);
	}
	inflateEnd(&zs);
	return err ? err : ret == Z_STREAM_END ? 0 : -EBADMSG;
}

static int unpack_bzip2(const uint8_t *in, size_t in_size, struct buffer *buf)
{
	bz_stream bs = {.next_in = (char *)(uintptr_t)in, .avail_in = (unsigned int)in_size};
	int ret = BZ_OK, err = 0;

	if (in_size > UINT32_MAX || BZ2_bzDecompressInit(&bs, 0, 0) != BZ_OK)
		return -ENOMEM;
	while (ret == BZ_OK) {
		size_t room;

		err = reserve(buf, 1);
		if (err)
			break;
		room = buf->cap - buf->size;
		bs.next_out = (char *)buf->data + buf->size;
		bs.avail_out = (unsigned int)room;
		ret = BZ2_bzDecompress(&bs);
		buf->size = buf->cap - bs.avail_out;
		/* No input left and room in the output: the stream is cut off. */
		if (ret == BZ_OK && !bs.avail_in && bs.avail_out)
			break;
	}
	BZ2_bzDecompressEnd(&bs);
	return err ? err : ret == BZ_STREAM_END ? 0 : -EBADMSG;
}

/*
 * What a decoder may need beside its output. Kernels are packed with dictionaries of 32 MiB (scripts/xz_wrap.sh) and
 * windows of 128 MiB.
 */
#define MEMORY_MAX     (512u << 20)
#define WINDOW_LOG_MAX 28

static int unpack_lzma(const uint8_t *in, size_t in_size, struct buffer *buf, bool xz)
{
	lzma_stream ls = LZMA_STREAM_INIT;
	lzma_ret ret = xz ? lzma_stream_decoder(&ls, MEMORY_MAX, 0) : lzma_alone_decoder(&ls, MEMORY_MAX);
	int err = 0;

	ls.next_in = in;
	ls.avail_in = in_size;
	while (ret == LZMA_OK) {
		err = reserve(buf, 1);
		if (err)
			break;
		ls.next_out = buf->data + buf->size;
		ls.avail_out = buf->cap - buf->size;
		ret = lzma_code(&ls, LZMA_RUN);
		buf->size = (size_t)(ls.next_out - buf->data);
	}
	lzma_end(&ls);
	return err ? err : ret == LZMA_STREAM_END ? 0 : -EBADMSG;
}

static int unpack_zstd(const uint8_t *in, size_t in_size, struct buffer *buf)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	ZSTD_inBuffer src = {in, in_size, 0};
	size_t ret = 1;
	int err = 0;

	if (!ctx)
		return -ENOMEM;
	/* The kernel is packed with --ultra, whose window is larger than what a decoder takes by default. */
	ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	while (ret) {
		ZSTD_outBuffer dst;

		err = reserve(buf, 1);
		if (err)
			break;
		dst = (ZSTD_outBuffer){buf->data, buf->cap, buf->size};
		ret = ZSTD_decompressStream(ctx, &dst, &src);
		/* No input left and room in the output: the stream is cut off. */
		if (ZSTD_isError(ret) || (ret && src.pos == src.size && dst.pos < dst.size)) {
			err = -EBADMSG;
			break;
		}
		buf->size = dst.pos;
	}
	ZSTD_freeDCtx(ctx);
	return err;
}

/* A reader of the containers below; going past the end sets bad and yields zeros. */
struct cursor {
	const uint8_t *p, *end;
	bool bad;
};

static const uint8_t *take(struct cursor *cur, size_t size)
{
	const uint8_t *p = cur->p;

	if ((size_t)(cur->end - p) < size) {
		cur->bad = true;
		return NULL;
	}
	cur->p += size;
	return p;
}

static uint32_t take_le32(struct cursor *cur)
{
	const uint8_t *p = take(cur, 4);

	return p ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

static uint32_t take_be(struct cursor *cur, unsigned int bytes)
{
	const uint8_t *p = take(cur, bytes);
	uint32_t value = 0;

	for (unsigned int i = 0; p && i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

/* `lz4 -l`: a magic number, then blocks of up to 8 MiB, each with the size of its packed bytes before it. */
static int unpack_lz4(const uint8_t *in, size_t in_size, struct buffer *buf)
{
	const size_t block_size = 8 << 20;
	struct cursor cur = {in + 4, in + in_size, false};

	while (cur.end - cur.p >= 4) {
		uint32_t packed = take_le32(&cur);
		const uint8_t *block;
		int err, n;

		/* The image's build appends the unpacked size: not a block. */
		if (!packed || packed > (size_t)(cur.end - cur.p))
			break;
		block = take(&cur, packed);
		err = reserve(buf, block_size);
		if (err)
			return err;
		n = LZ4_decompress_safe((const char *)block, (char *)buf->data + buf->size, (int)packed,
					(int)block_size);
		if (n < 0)
			return -EBADMSG;
		buf->size += (size_t)n;
		if ((size_t)n < block_size)
			break;
	}
	return buf->size ? 0 : -EBADMSG;
}

/* lzop's file format: a header, then blocks with both sizes and optional checksums, closed by a size of 0. */
static int unpack_lzo(const uint8_t *in, size_t in_size, struct buffer *buf)
{
	enum { ADLER_D = 0x1, ADLER_C = 0x2, EXTRA = 0x40, CRC_D = 0x100, CRC_C = 0x200, FILTER = 0x800 };
	struct cursor cur = {in + 9, in + in_size, in_size < 9};
	uint32_t version, flags;
	bool is_new;

	if (cur.bad || lzo_init() != LZO_E_OK)
		return -EBADMSG;
	version = take_be(&cur, 2);
	is_new = version >= 0x0940;
	take(&cur, is_new ? 2 + 2 + 1 + 1 : 2 + 1); /* library and needed version, method, level */
	flags = take_be(&cur, 4);
	if (flags & (EXTRA | FILTER))
		return -EOPNOTSUPP;
	take(&cur, is_new ? 4 + 4 + 4 : 4 + 4); /* mode, time */
	take(&cur, take_be(&cur, 1));           /* file name */
	take(&cur, 4);                          /* checksum of the header */
	for (;;) {
		uint32_t size = take_be(&cur, 4), packed;
		const uint8_t *block;
		lzo_uint n = size;
		int err;

		if (cur.bad)
			return -EBADMSG;
		if (!size)
			return 0;
		packed = take_be(&cur, 4);
		take(&cur, (flags & ADLER_D ? 4 : 0) + (flags & CRC_D ? 4 : 0));
		if (packed < size)
			take(&cur, (flags & ADLER_C ? 4 : 0) + (flags & CRC_C ? 4 : 0));
		block = take(&cur, packed);
		/* A byte of a packed block stands for 255 at most. */
		if (!block || size / 256 > packed)
			return -EBADMSG;
		err = reserve(buf, size);
		if (err)
			return err;
		if (packed >= size)
			memcpy(buf->data + buf->size, block, size);
		else if (lzo1x_decompress_safe(block, packed, buf->data + buf->size, &n, NULL) != LZO_E_OK || n != size)
			return -EBADMSG;
		buf->size += size;
	}
}

static const struct {
	enum decompress_format format;
	const char *name;
	const char *magic;
	size_t magic_size;
} formats[] = {
	{DECOMPRESS_GZIP, "gzip", "\x1f\x8b", 2},       {DECOMPRESS_XZ, "xz", "\3757zXZ\0", 6},
	{DECOMPRESS_LZMA, "lzma", "\x5d\0\0", 3},       {DECOMPRESS_ZSTD, "zstd", "\x28\xb5\x2f\xfd", 4},
	{DECOMPRESS_LZ4, "lz4", "\x02\x21\x4c\x18", 4}, {DECOMPRESS_LZO, "lzo", "\x89LZO\0\r\n\x1a\n", 9},
	{DECOMPRESS_BZIP2, "bzip2", "BZh", 3},
};

enum decompress_format decompress_detect(const uint8_t *in, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size >= formats[i].magic_size && !memcmp(in, formats[i].magic, formats[i].magic_size))
			return formats[i].format;
	return DECOMPRESS_NONE;
}

const char *decompress_name(enum decompress_format format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].format == format)
			return formats[i].name;
	return "unknown";
}

int decompress(enum decompress_format format, const uint8_t *in, size_t in_size, size_t hint, uint8_t **out,
	       size_t *out_size)
{
	struct buffer buf = {0};
	int err = 0;

	/* One byte more than expected, so that a decoder that wants room to see the end gets it. */
	if (hint && hint < MAX_SIZE) {
		buf.cap = hint + 1;
		buf.data = malloc(buf.cap);
		if (!buf.data)
			return -ENOMEM;
	}
	switch (format) {
	case DECOMPRESS_GZIP:
		err = unpack_gzip(in, in_size, &buf);
		break;
	case DECOMPRESS_XZ:
	case DECOMPRESS_LZMA:
		err = unpack_lzma(in, in_size, &buf, format == DECOMPRESS_XZ);
		break;
	case DECOMPRESS_ZSTD:
		err = unpack_zstd(in, in_size, &buf);
		break;
	case DECOMPRESS_LZ4:
		err = unpack_lz4(in, in_size, &buf);
		break;
	case DECOMPRESS_LZO:
		err = unpack_lzo(in, in_size, &buf);
		break;
	case DECOMPRESS_BZIP2:
		err = unpack_bzip2(in, in_size, &buf);
		break;
	default:
		err = -EOPNOTSUPP;
	}
	if (err) {
		free(buf.data);
		return err;
	}
	*out = buf.data;
	*out_size = buf.size;
	return 0;
}
