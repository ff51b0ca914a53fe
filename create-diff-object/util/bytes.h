/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in files, which need not be aligned, in the byte order of the machine that the file is for. */
#ifndef KLP_UTIL_BYTES_H
#define KLP_UTIL_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t bytes_get16(const uint8_t *bytes, bool is_big_endian)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return is_big_endian ? be16toh(value) : le16toh(value);
}

static inline uint32_t bytes_get32(const uint8_t *bytes, bool is_big_endian)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return is_big_endian ? be32toh(value) : le32toh(value);
}

static inline uint64_t bytes_get64(const uint8_t *bytes, bool is_big_endian)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return is_big_endian ? be64toh(value) : le64toh(value);
}

#endif
