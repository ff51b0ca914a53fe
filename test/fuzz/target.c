// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of the fuzz targets, for clang's libFuzzer: input to files, and mutations that know ELF. Bytes changed at
 * random hardly pass the reader; a field of a header, a symbol or a relocation that gets another value does.
 */
#include "target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Takes the place of the engine's: to have no memory left is a finding. */
void memory_exhausted(void)
{
	abort();
}

void fuzz_files(const uint8_t *input, size_t size, struct fuzz_file *files)
{
	memset(files, 0, MAX_FILES * sizeof(*files));
	for (size_t i = 0; i < MAX_FILES && size >= 4; i++) {
		uint32_t length;

		memcpy(&length, input, 4);
		input += 4;
		size -= 4;
		if (length > size)
			length = (uint32_t)size;
		files[i] = (struct fuzz_file){input, length};
		input += length;
		size -= length;
	}
}

uint8_t fuzz_option(const struct fuzz_file *files, size_t number)
{
	return number < files[0].size ? files[0].bytes[number] : 0;
}

/* Files in memory, and what is in them: most mutations change one of several, and writing is slow. */
struct slot {
	char path[64];
	int fd;
	uint8_t *bytes;
	size_t size;
};

static struct slot slots[MAX_FILES + 1];

static void write_slot(struct slot *slot, const uint8_t *bytes, size_t size)
{
	if (!*slot->path) {
		slot->fd = memfd_create("fuzz", 0);
		snprintf(slot->path, sizeof(slot->path), "/proc/self/fd/%d", slot->fd);
	} else if (!slot->bytes) {
		slot->fd = open(slot->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	} else if (slot->size == size && (!size || !memcmp(slot->bytes, bytes, size))) {
		return;
	}
	if (slot->fd < 0 || ftruncate(slot->fd, (off_t)size) || pwrite(slot->fd, bytes, size, 0) != (ssize_t)size)
		abort();
	slot->bytes = realloc(slot->bytes, size + 1);
	memcpy(slot->bytes, bytes, size);
	slot->size = size;
}

const char *fuzz_path(size_t slot, const struct fuzz_file *file)
{
	write_slot(&slots[slot], file->size ? file->bytes : (const uint8_t *)"", file->size);
	return slots[slot].path;
}

static char directory[32] = "/dev/shm/klp-fuzz.XXXXXX";
static bool has_directory;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_directory(void)
{
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_directory(void)
{
	if (!has_directory) {
		if (!mkdtemp(directory))
			abort();
		atexit(remove_directory);
		has_directory = true;
	}
	return directory;
}

void fuzz_name(size_t slot, const char *name)
{
	char *path = slots[slot].path, *slash;

	snprintf(path, sizeof(slots[slot].path), "%s/%s", fuzz_directory(), name);
	for (slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			abort();
		*slash = '/';
	}
}

const char *fuzz_output(void)
{
	if (!*slots[MAX_FILES].path)
		write_slot(&slots[MAX_FILES], (const uint8_t *)"", 0);
	return slots[MAX_FILES].path;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char buffers[2][1 << 16];

	(void)argc;
	(void)argv;
	setvbuf(stdout, buffers[0], _IOFBF, sizeof(buffers[0]));
	setvbuf(stderr, buffers[1], _IOFBF, sizeof(buffers[1]));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct fuzz_file files[MAX_FILES];

	fuzz_files(input, size, files);
	fuzz_run(files);
	return 0;
}

/* ---- mutations ---- */

struct random {
	uint64_t state;
};

static uint64_t draw(struct random *random, uint64_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return below ? random->state % below : 0;
}

static uint64_t draw_value(struct random *random, uint64_t old, size_t size)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		3,
		4,
		8,
		16,
		0xff,
		0xffff,
		0x7fffffff,
		0x80000000,
		0xfffffff0,
		0xffffffff,
		1ull << 32,
		1ull << 60,
		INT64_MAX,
		(uint64_t)INT64_MIN,
		UINT64_MAX,
		0xff20,
		0xfff1,
	};

	switch (draw(random, 5)) {
	case 0:
		return values[draw(random, sizeof(values) / sizeof(values[0]))];
	case 1:
		return old + draw(random, 17) - 8;
	case 2:
		return old ^ 1ull << draw(random, 64);
	case 3:
		return draw(random, size);
	default:
		return draw(random, 64);
	}
}

static void change_field(struct random *random, uint8_t *at, size_t width, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, width);
	value = draw_value(random, value, size);
	memcpy(at, &value, width);
}

/* A table of equal records: one field of one of them gets another value. */
static bool change_record(struct random *random, uint8_t *file, size_t size, uint64_t offset, uint64_t n,
			  const uint8_t *widths, size_t record)
{
	uint64_t at, field;

	if (!n || offset > size || n > (size - offset) / record)
		return false;
	at = offset + draw(random, n) * record;
	for (field = 0; widths[field] && draw(random, record / 4); field++)
		at += widths[field];
	if (!widths[field])
		return false;
	change_field(random, file + at, widths[field], size);
	return true;
}

static bool change_elf(struct random *random, uint8_t *file, size_t size)
{
	static const uint8_t header[] = {4, 4, 8, 8, 8, 8, 4, 4, 8, 8, 0}, symbol[] = {4, 1, 1, 2, 8, 8, 0},
			     rela[] = {8, 4, 4, 8, 0};
	Elf64_Shdr shdr;
	Elf64_Ehdr ehdr;
	uint64_t chosen;

	if (size < sizeof(ehdr) || memcmp(file, ELFMAG, SELFMAG))
		return false;
	memcpy(&ehdr, file, sizeof(ehdr));
	if (ehdr.e_shoff > size || !ehdr.e_shnum || ehdr.e_shnum > (size - ehdr.e_shoff) / sizeof(shdr))
		return false;
	if (!draw(random, 4))
		return change_record(random, file, size, ehdr.e_shoff, ehdr.e_shnum, header, sizeof(shdr));
	chosen = draw(random, ehdr.e_shnum);
	for (uint64_t i = 0; i < ehdr.e_shnum; i++) {
		memcpy(&shdr, file + ehdr.e_shoff + (chosen + i) % ehdr.e_shnum * sizeof(shdr), sizeof(shdr));
		if (shdr.sh_type == SHT_SYMTAB && draw(random, 2))
			return change_record(random, file, size, shdr.sh_offset, shdr.sh_size / sizeof(Elf64_Sym),
					     symbol, sizeof(Elf64_Sym));
		if (shdr.sh_type == SHT_RELA)
			return change_record(random, file, size, shdr.sh_offset, shdr.sh_size / sizeof(Elf64_Rela),
					     rela, sizeof(Elf64_Rela));
		if (shdr.sh_type != SHT_NOBITS && shdr.sh_size && shdr.sh_offset <= size &&
		    shdr.sh_size <= size - shdr.sh_offset)
			return LLVMFuzzerMutate(file + shdr.sh_offset, shdr.sh_size, shdr.sh_size) != 0;
	}
	return false;
}

/* Several fields together, now and then: a size and what must fit it. */
static bool change_fields(struct random *random, uint8_t *file, size_t size)
{
	bool changed = false;

	for (uint64_t left = 1 + draw(random, 3); left; left--)
		changed |= change_elf(random, file, size);
	return changed;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct random random = {seed * 0x9e3779b97f4a7c15ull + 1};
	struct fuzz_file files[MAX_FILES];
	size_t n = 0, chosen, start, after, length;
	uint32_t word;

	fuzz_files(data, size, files);
	while (n < MAX_FILES && files[n].bytes)
		n++;
	if (!n)
		return LLVMFuzzerMutate(data, size, max_size);
	chosen = draw(&random, n);
	start = (size_t)(files[chosen].bytes - data);
	length = files[chosen].size;
	if (draw(&random, 8))
		if (change_fields(&random, data + start, length))
			return size;
	after = size - start - length;
	memmove(data + max_size - after, data + start + length, after);
	length = LLVMFuzzerMutate(data + start, length, max_size - after - start);
	memmove(data + start + length, data + max_size - after, after);
	word = (uint32_t)length;
	memcpy(data + start - 4, &word, 4);
	return start + length + after;
}
