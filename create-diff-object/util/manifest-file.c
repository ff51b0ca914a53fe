// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manifest is text: a line for each file, in the order of a walk that sorts names, so that a directory comes before
 * what is in it; "end", the number of records and a hash of all lines before close it, so that a part of one is
 * noticed.
 *
 * Of a source's 90,000 lines a check needs a few hundred, and to read numbers took most of its time. So a line is read
 * when it is asked for, and written as it was if it never is.
 */
#include "util/manifest-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/output.h"

#define MAGIC "klp-manifest 1"

void manifest_free(struct manifest *manifest)
{
	vec_free(&manifest->records);
	arena_free(manifest->arena);
}

static uint64_t ns_of(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void manifest_take_stat(struct manifest_record *r, const struct stat *st)
{
	r->mode = st->st_mode;
	r->size = S_ISDIR(st->st_mode) ? 0 : (uint64_t)st->st_size;
	r->mtime = ns_of(st->st_mtim);
	r->ctime = ns_of(st->st_ctim);
	r->ino = st->st_ino;
}

bool manifest_is_same(const struct manifest_record *a, const struct manifest_record *b)
{
	return a->mode == b->mode && a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime &&
	       a->ino == b->ino;
}

static int hash_fd(int fd, XXH128_hash_t *hash)
{
	XXH3_state_t *state = XXH3_createState();
	static const size_t size = 1 << 18;
	char *buffer = malloc(size);
	ssize_t n = -1;

	if (!state || !buffer)
		memory_exhausted();
	XXH3_128bits_reset(state);
	while ((n = read(fd, buffer, size)) > 0)
		XXH3_128bits_update(state, buffer, (size_t)n);
	*hash = XXH3_128bits_digest(state);
	free(buffer);
	XXH3_freeState(state);
	return n < 0 ? -errno : 0;
}

int manifest_hash(int root, struct manifest_record *r)
{
	char target[4096];
	ssize_t n;
	int fd, err;

	if (S_ISLNK(r->mode)) {
		n = readlinkat(root, r->path, target, sizeof(target));
		if (n < 0)
			return -errno;
		r->hash = XXH3_128bits(target, (size_t)n);
		return 0;
	}
	if (!S_ISREG(r->mode))
		return 0;
	fd = openat(root, r->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = hash_fd(fd, &r->hash);
	close(fd);
	return err;
}

int manifest_write(const struct manifest *m, const char *file, const char *name, struct diag *diag)
{
	XXH3_state_t *state = XXH3_createState();
	struct output output;
	XXH128_hash_t sum;
	char *line = NULL;
	int err, n;

	if (!state)
		memory_exhausted();
	err = output_open(&output, file, diag);
	if (err)
		goto out;
	XXH3_128bits_reset(state);
	for (uint32_t i = 0; i <= m->records.n; i++) {
		const struct manifest_record *r = i ? &m->records.v[i - 1] : NULL;

		n = !r        ? asprintf(&line, "%s %s\n", MAGIC, name)
		    : r->line ? asprintf(&line, "%s\n", r->line)
			      : asprintf(&line,
					 "%o %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %016" PRIx64 "%016" PRIx64
					 "\t%s\n",
					 r->mode, r->size, r->mtime, r->ctime, r->ino, r->hash.high64, r->hash.low64,
					 r->path);
		if (n < 0)
			memory_exhausted();
		XXH3_128bits_update(state, line, (size_t)n);
		fputs(line, output.file);
		free(line);
	}
	sum = XXH3_128bits_digest(state);
	fprintf(output.file, "end %u %016" PRIx64 "%016" PRIx64 "\n", m->records.n, sum.high64, sum.low64);
	err = output_close(&output, 0, diag);
out:
	XXH3_freeState(state);
	return err;
}

/*
 * Returns the text of a file that is ours and no link, zero-terminated and owned by the arena; NULL if there is no such
 * one.
 */
static char *read_own_file(const char *file, struct arena *arena, size_t *size)
{
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *text = NULL;
	struct stat st;
	size_t have = 0;
	ssize_t n = 1;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size > 0) {
		*size = (size_t)st.st_size;
		text = arena_alloc(arena, *size + 1);
		while (have < *size && (n = read(fd, text + have, *size - have)) > 0)
			have += (size_t)n;
		if (have < *size)
			text = NULL;
	}
	close(fd);
	return text;
}

static bool parse_hash(const char *text, XXH128_hash_t *hash)
{
	char half[17] = "";
	char *end;

	if (strspn(text, "0123456789abcdef") < 32)
		return false;
	memcpy(half, text, 16);
	hash->high64 = strtoull(half, &end, 16);
	memcpy(half, text + 16, 16);
	hash->low64 = strtoull(half, &end, 16);
	return true;
}

bool manifest_record_known(struct manifest_record *r)
{
	uint64_t *numbers[] = {&r->size, &r->mtime, &r->ctime, &r->ino};
	char *at;

	if (!r->line)
		return true;
	strtoul(r->line, &at, 8);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (*at != ' ')
			return false;
		*numbers[i] = strtoull(at + 1, &at, 10);
	}
	if (*at != ' ' || !parse_hash(at + 1, &r->hash) || at + 34 != r->path)
		return false;
	r->line = NULL;
	return true;
}

/* line is zero-terminated. */
static bool split_record(const char *line, size_t length, struct manifest_record *r)
{
	const char *tab = memchr(line, '\t', length);
	char *at;

	if (!tab || !tab[1])
		return false;
	r->line = line;
	r->path = tab + 1;
	r->mode = (unsigned int)strtoul(line, &at, 8);
	return *at == ' ';
}

int manifest_path_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return 0;
	if (!*a || !*b)
		return *a ? 1 : -1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

int64_t manifest_find(const struct manifest *m, const char *path)
{
	uint32_t low = 1, high = m->records.n;

	/* The first is the directory itself. */
	if (high && !strcmp(m->records.v[0].path, path))
		return 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = manifest_path_compare(path, m->records.v[middle].path);

		if (!order)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

/* Is text whole, and of this name? Then *records is where its records begin and *end where they end. */
static bool is_whole(char *text, size_t size, const char *name, char **records, char **end)
{
	size_t begin = strlen(MAGIC) + 1 + strlen(name) + 1;
	char *last = size > begin ? memrchr(text, '\n', size - 1) : NULL;
	XXH128_hash_t sum;
	char *at;

	if (!last || text[size - 1] != '\n' || (size_t)(last + 1 - text) < begin ||
	    strncmp(text, MAGIC " ", strlen(MAGIC) + 1) || strncmp(text + strlen(MAGIC) + 1, name, strlen(name)) ||
	    text[begin - 1] != '\n')
		return false;
	*records = text + begin;
	*end = last + 1;
	if (strncmp(*end, "end ", 4))
		return false;
	strtoul(*end + 4, &at, 10);
	if (*at != ' ' || !parse_hash(at + 1, &sum) || at + 34 != text + size)
		return false;
	return XXH128_isEqual(sum, XXH3_128bits(text, (size_t)(*end - text)));
}

bool manifest_read(struct manifest *m, const char *file, const char *name)
{
	char *text, *line, *end, *next;
	size_t size = 0;

	m->arena = arena_new();
	text = read_own_file(file, m->arena, &size);
	if (!text || !is_whole(text, size, name, &line, &end))
		return false;
	for (; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		*next = '\0';
		if (!split_record(line, (size_t)(next - line), vec_push(&m->records))) {
			m->records.n = 0;
			return false;
		}
	}
	return m->records.n > 0;
}
