// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes off the wrappings one after the other. Where the kernel is in a boot image is the machine's to tell (arch/).
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

#include "arch/arch.h"
#include "elf/model.h"
#include "target/decompress.h"
#include "util/diag.h"
#include "util/output.h"

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

/* Replaces the image's bytes by what a packed part of them holds. hint: bytes of that, 0: not known. */
static int unpack(struct image *image, size_t offset, size_t length, size_t hint, struct diag *diag)
{
	const uint8_t *in = image->bytes + offset;
	enum decompress_format format = decompress_detect(in, length);
	size_t size;
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
	return image->size >= SELFMAG && !memcmp(image->bytes, ELFMAG, SELFMAG);
}

static int unwrap(struct image *image, struct diag *diag)
{
	struct arch_payload payload = {0};
	const struct arch_ops *arch;
	const char *why = NULL;
	int is_boot_image = arch_find_payload(image->bytes, image->size, &payload, &arch, &why), err = 0;

	if (is_boot_image < 0)
		err = diag_error(diag, image->path, NULL, "%s", why);
	else if (is_boot_image && decompress_detect(image->bytes + payload.offset, payload.length) != DECOMPRESS_NONE)
		err = unpack(image, payload.offset, payload.length, payload.unpacked, diag);
	else if (is_boot_image)
		err = copy_payload(image, payload.offset, payload.length);
	else if (decompress_detect(image->bytes, image->size) != DECOMPRESS_NONE)
		err = unpack(image, 0, image->size, 0, diag);
	if (!err && !is_elf(image))
		err = diag_error(diag, image->path, NULL, "neither a boot image nor an ELF file");
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
