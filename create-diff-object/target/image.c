// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel is in a boot image: the setup header (Documentation/arch/x86/boot.rst) tells where the payload
 * lies and how long it is; the payload is the packed vmlinux, stripped, with its section headers, and closes with
 * the unpacked size in 4 bytes (gzip has these by itself). So nothing is searched for by magic numbers.
 */
#include "target/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/model.h"
#include "target/decompress.h"
#include "util/diag.h"
#include "util/output.h"

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

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static int map_file(struct image *image, struct diag *diag)
{
	int fd = open(image->path, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st = {0};
	void *bytes;

	if (fd < 0 || fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || !st.st_size)
		err = diag_error(diag, image->path, NULL, st.st_size ? "not a regular file" : "the file is empty");
	if (!err) {
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED) {
			err = -errno;
		} else {
			image->bytes = bytes;
			image->size = (size_t)st.st_size;
			image->mapped = true;
		}
	}
	if (fd >= 0)
		close(fd);
	if (err && err != -EINVAL)
		diag_error(diag, image->path, NULL, "can't read: %s", strerror(-err));
	return err;
}

static void free_bytes(struct image *image)
{
	if (image->mapped)
		munmap(image->bytes, image->size);
	else
		free(image->bytes);
}

/* Takes bytes, which are malloc()ed, in place of what the image had. */
static void set_bytes(struct image *image, uint8_t *bytes, size_t size)
{
	free_bytes(image);
	image->bytes = bytes;
	image->size = size;
	image->mapped = false;
}

static bool is_boot_image(const uint8_t *bytes, size_t size)
{
	return size >= HDR_END && le16(bytes + HDR_BOOT_FLAG) == 0xaa55 && !memcmp(bytes + HDR_MAGIC, "HdrS", 4);
}

/* Finds the packed kernel in a boot image. */
static int find_payload(const struct image *image, size_t *offset, size_t *length, struct diag *diag)
{
	const uint8_t *bytes = image->bytes;
	uint32_t sectors = bytes[HDR_SETUP_SECTS] ? bytes[HDR_SETUP_SECTS] : 4;

	if (le16(bytes + HDR_VERSION) < 0x208)
		return diag_error(diag, image->path, NULL, "boot protocol %u.%02u is too old, 2.08 is needed",
				  bytes[HDR_VERSION + 1], bytes[HDR_VERSION]);
	*offset = (size_t)(sectors + 1) * SECTOR + le32(bytes + HDR_PAYLOAD_OFFSET);
	*length = le32(bytes + HDR_PAYLOAD_LENGTH);
	if (*length < 8 || *offset > image->size || *length > image->size - *offset)
		return diag_error(diag, image->path, NULL,
				  "the payload reaches past the end of the file; is it complete?");
	return 0;
}

/* Replaces the image's bytes by what a packed part of them holds; is_payload: the last 4 bytes tell the size. */
static int unpack(struct image *image, size_t offset, size_t length, bool is_payload, struct diag *diag)
{
	const uint8_t *in = image->bytes + offset;
	enum decompress_format format = decompress_detect(in, length);
	size_t size, hint = is_payload ? le32(in + length - 4) : 0;
	uint8_t *bytes;
	int err;

	err = decompress(format, in, length, hint, &bytes, &size);
	if (err == -EOPNOTSUPP)
		return diag_error(diag, image->path, NULL, "its %s compression is not supported; give the vmlinux",
				  decompress_name(format));
	if (!err && hint && size != hint) {
		free(bytes);
		err = -EBADMSG;
	}
	if (err) {
		diag_error(diag, image->path, NULL, "can't unpack its %s data: %s", decompress_name(format),
			   err == -EBADMSG ? "damaged or cut off" : strerror(-err));
		return err;
	}
	set_bytes(image, bytes, size);
	return 0;
}

/* CONFIG_KERNEL_UNCOMPRESSED */
static int copy_payload(struct image *image, size_t offset, size_t length)
{
	uint8_t *bytes = malloc(length);

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, image->bytes + offset, length);
	set_bytes(image, bytes, length);
	return 0;
}

static bool is_elf(const struct image *image)
{
	return image->size >= 4 && !memcmp(image->bytes, "\177ELF", 4);
}

static int unwrap(struct image *image, struct diag *diag)
{
	size_t offset = 0, length = 0;
	int err = 0;

	if (is_boot_image(image->bytes, image->size)) {
		err = find_payload(image, &offset, &length, diag);
		if (!err && decompress_detect(image->bytes + offset, length) != DECOMPRESS_NONE)
			err = unpack(image, offset, length, true, diag);
		else if (!err)
			err = copy_payload(image, offset, length);
	} else if (decompress_detect(image->bytes, image->size) != DECOMPRESS_NONE) {
		err = unpack(image, 0, image->size, false, diag);
	}
	if (!err && !is_elf(image))
		err = diag_error(diag, image->path, NULL, "neither an x86 boot image nor an ELF file");
	return err;
}

int image_read(const char *path, struct image **result, struct diag *diag)
{
	struct image *image = calloc(1, sizeof(*image));
	int err = -ENOMEM;

	if (image)
		image->path = strdup(path);
	if (!image || !image->path)
		goto fail;
	err = map_file(image, diag);
	if (!err)
		err = unwrap(image, diag);
	if (err)
		goto fail;
	*result = image;
	return 0;
fail:
	image_free(image);
	return err;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	free_bytes(image);
	free(image->path);
	free(image);
}

int image_read_elf(const struct image *image, struct elf_obj **obj, struct diag *diag)
{
	return elf_obj_read_memory(image->path, image->bytes, image->size, obj, diag);
}

int image_write(const struct image *image, const char *path, struct diag *diag)
{
	struct output output;
	int err;

	err = output_open(&output, path, diag);
	if (err)
		return err;
	fwrite(image->bytes, 1, image->size, output.file);
	return output_close(&output, 0, diag);
}
