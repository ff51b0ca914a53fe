/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of an ELF file that may be wrapped: a bootable image, or a compressed module.
 */
#ifndef KLP_TARGET_IMAGE_H
#define KLP_TARGET_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct elf_obj;

struct image {
	char *path;
	uint8_t *bytes; /* of the ELF file; a bootable image has the kernel's relocation list behind it */
	size_t size;
	bool mapped; /* bytes are the file itself: a vmlinux with debug information is large */
};

/*
 * Reads path and takes off its wrappings: boot image, gzip, xz, lzma, zstd, lz4 (legacy), lzo, bzip2.
 * Returns 0 or -errno, reported.
 */
int image_read(const char *path, struct image **image, struct diag *diag) __attribute__((warn_unused_result));
void image_free(struct image *image);
/* Writes the ELF file to path: a temporary file that is renamed when complete. */
int image_write(const struct image *image, const char *path, struct diag *diag) __attribute__((warn_unused_result));
/* Reads the model of the file inside; the image must outlive it. */
int image_read_elf(const struct image *image, struct elf_obj **obj, struct diag *diag)
	__attribute__((warn_unused_result));

#endif
