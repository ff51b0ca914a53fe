// SPDX-License-Identifier: GPL-2.0-only
/*
 * The setup header of a boot image (Documentation/arch/x86/boot.rst) tells where the payload lies and how long it is;
 * the payload is the packed vmlinux, stripped, with its section headers, and closes with the unpacked size in 4 bytes
 * (gzip has these by itself). So nothing is searched for by magic numbers.
 */
#include <string.h>

#include "arch/arch.h"
#include "arch/x86_64.h"

/* Offsets in the setup header, protocol 2.08 and later. */
enum {
	HDR_SETUP_SECTS = 0x1f1,
	HDR_BOOT_FLAG = 0x1fe,
	HDR_MAGIC = 0x202,
	HDR_VERSION = 0x206,
	HDR_PAYLOAD_OFFSET = 0x248,
	HDR_PAYLOAD_LENGTH = 0x24c,
	HDR_END = 0x250,
	SECTOR = 512,
};

int x86_64_find_payload(const uint8_t *bytes, uint64_t size, struct arch_payload *payload, const char **why)
{
	uint32_t sectors;

	if (size < HDR_END || bytes_get16(bytes + HDR_BOOT_FLAG, false) != 0xaa55 ||
	    memcmp(bytes + HDR_MAGIC, "HdrS", 4))
		return 0;
	if (bytes_get16(bytes + HDR_VERSION, false) < 0x208) {
		*why = "its boot protocol is too old, 2.08 is needed";
		return -1;
	}
	sectors = bytes[HDR_SETUP_SECTS] ? bytes[HDR_SETUP_SECTS] : 4;
	payload->offset = (uint64_t)(sectors + 1) * SECTOR + bytes_get32(bytes + HDR_PAYLOAD_OFFSET, false);
	payload->length = bytes_get32(bytes + HDR_PAYLOAD_LENGTH, false);
	if (payload->length < 8 || payload->offset > size || payload->length > size - payload->offset) {
		*why = "the payload reaches past the end of the file; is it complete?";
		return -1;
	}
	payload->unpacked = bytes_get32(bytes + payload->offset + payload->length - 4, false);
	return 1;
}
