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

static inline void bytes_put64(uint8_t *bytes, uint64_t value, bool is_big_endian)
{
	value = is_big_endian ? htobe64(value) : htole64(value);
	memcpy(bytes, &value, sizeof(value));
}

/* How far a bit of a byte is from the lowest one, as the machine counts bits. */
static inline unsigned int bytes_shift_of_bit(uint64_t bit, bool is_big_endian)
{
	return (unsigned int)(is_big_endian ? 7 - bit : bit);
}

/* Byte i of a number of size bytes. */
static inline uint8_t bytes_byte_of(uint64_t value, uint64_t size, uint64_t i, bool is_big_endian)
{
	return (uint8_t)(value >> 8 * (is_big_endian ? size - 1 - i : i));
}

#endif
