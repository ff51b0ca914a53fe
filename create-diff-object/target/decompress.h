/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compression formats that the kernel's build offers for its image and its modules.
 */
#ifndef KLP_TARGET_DECOMPRESS_H
#define KLP_TARGET_DECOMPRESS_H

#include <stddef.h>
#include <stdint.h>

enum decompress_format {
	DECOMPRESS_NONE, /* not a format that we know */
	DECOMPRESS_GZIP,
	DECOMPRESS_XZ,
	DECOMPRESS_LZMA,
	DECOMPRESS_ZSTD,
	DECOMPRESS_LZ4,
	DECOMPRESS_LZO,
	DECOMPRESS_BZIP2,
};

/* Tells the format by the first bytes. */
enum decompress_format decompress_detect(const uint8_t *in, size_t size);
/* The name for messages: "zstd". */
const char *decompress_name(enum decompress_format format);
/*
 * Unpacks one stream; bytes behind its end are ignored. hint is the expected size, 0 if unknown. The result is
 * malloc()ed. Returns 0, -EBADMSG for a damaged stream, or -EOPNOTSUPP; the caller reports.
 */
int decompress(enum decompress_format format, const uint8_t *in, size_t in_size, size_t hint, uint8_t **out,
	       size_t *out_size) __attribute__((warn_unused_result));

#endif
