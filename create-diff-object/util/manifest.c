// SPDX-License-Identifier: GPL-2.0-only
/*
 * See manifest.h. The manifest is text: a line for each file, in the order of a walk that sorts names, so that a
 * directory comes before what is in it; "end", the number of records and a hash of all lines before close it, so that a
 * part of one is noticed.
 */
#include "util/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/input.h"
#include "util/output.h"
#include "util/strmap.h"
#include "util/vec.h"

#define MAGIC           "klp-manifest 1"
#define DIFFERENCES_MAX 3
/* A change within the tick in which a file was looked at would not show in its ctime. */
#define TICK_NS         20000000

struct record {
	const char *path;      /* below the directory, "." for itself */
	unsigned int mode;     /* type and permissions */
	uint64_t size;         /* bytes; 0 for a directory */
	uint64_t mtime, ctime; /* ns */
	uint64_t ino;
	XXH128_hash_t hash; /* of a file's content or a link's target; zero for a directory */
};

struct manifest {
	VEC(struct record) records;
	struct arena *arena; /* owns the paths, or the text that holds them */
};

static void manifest_free(struct manifest *manifest)
{
	vec_free(&manifest->records);
	arena_free(manifest->arena);
}

static uint64_t ns_of(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void record_take_stat(struct record *r, const struct stat *st)
{
	r->mode = st->st_mode;
	r->size = S_ISDIR(st->st_mode) ? 0 : (uint64_t)st->st_size;
	r->mtime = ns_of(st->st_mtim);
	r->ctime = ns_of(st->st_ctim);
	r->ino = st->st_ino;
}

static bool is_same_identity(const struct record *a, const struct record *b)
{
	return a->mode == b->mode && a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime &&
	       a->ino == b->ino;
}

/* ---- content ---- */

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

/* The content of what record.mode says that it is; nothing is followed and nothing is opened that could block. */
static int hash_file(int root, struct record *r)
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

/* ---- the text ---- */

static int open_root(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int write_manifest(const struct manifest *m, const char *file, const char *name, struct diag *diag)
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
		const struct record *r = i ? &m->records.v[i - 1] : NULL;

		n = !r ? asprintf(&line, "%s %s\n", MAGIC, name)
		       : asprintf(&line,
				  "%o %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %016" PRIx64 "%016" PRIx64
				  "\t%s\n",
				  r->mode, r->size, r->mtime, r->ctime, r->ino, r->hash.high64, r->hash.low64, r->path);
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

static bool parse_record(char *line, struct record *r)
{
	uint64_t *numbers[] = {&r->size, &r->mtime, &r->ctime, &r->ino};
	char *at;

	r->mode = (unsigned int)strtoul(line, &at, 8);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (*at != ' ')
			return false;
		*numbers[i] = strtoull(at + 1, &at, 10);
	}
	if (*at != ' ' || !parse_hash(at + 1, &r->hash) || at[33] != '\t')
		return false;
	r->path = at + 34;
	return *r->path;
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

/* Returns false if there is no whole manifest of this name; *m is empty then. */
static bool read_manifest(struct manifest *m, const char *file, const char *name)
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
		if (!parse_record(line, vec_push(&m->records))) {
			m->records.n = 0;
			return false;
		}
	}
	return m->records.n > 0;
}

/* ---- sealing ---- */

struct walk {
	struct manifest *m;
	const struct manifest *old; /* an earlier manifest, perhaps empty */
	struct strmap by_path;      /* its records */
	int root;
};

static int walk_names(int root, const char *path, struct dirent ***names)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int n;

	if (fd < 0)
		return -errno;
	n = scandirat(fd, ".", names, NULL, alphasort);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static bool is_dot(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Returns 0, or -errno with *what the path that is the reason. */
static int walk_add(struct walk *w, const char *path, const char **what)
{
	struct dirent **names;
	struct record *r;
	struct stat st;
	uint32_t old;
	int n, err = 0;

	*what = path;
	if (strchr(path, '\n'))
		return -EINVAL;
	if (fstatat(w->root, path, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
		return -EINVAL;
	if (st.st_uid != geteuid())
		return -EPERM;
	r = vec_push(&w->m->records);
	r->path = path;
	record_take_stat(r, &st);
	old = strmap_get(&w->by_path, path);
	if (old != STRMAP_NONE && is_same_identity(r, &w->old->records.v[old])) {
		r->hash = w->old->records.v[old].hash;
	} else {
		err = hash_file(w->root, r);
		if (err)
			return err;
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	n = walk_names(w->root, path, &names);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (!err && !is_dot(name))
			err = walk_add(w,
				       strcmp(path, ".") ? arena_printf(w->m->arena, "%s/%s", path, name)
							 : arena_strdup(w->m->arena, name),
				       what);
		free(names[i]);
	}
	free(names);
	return err;
}

int manifest_seal(const char *dir, const char *file, const char *name, struct diag *diag)
{
	struct manifest m = {.arena = arena_new()}, old = {0};
	struct walk w = {.m = &m, .old = &old, .root = open_root(dir)};
	const char *what = ".";
	int err;

	if (w.root < 0) {
		err = -errno;
		diag_error(diag, dir, NULL, "can't open: %s", strerror(-err));
		arena_free(m.arena);
		return err;
	}
	read_manifest(&old, file, name);
	for (uint32_t i = 0; i < old.records.n; i++)
		strmap_set(&w.by_path, old.records.v[i].path, i);
	nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
	err = walk_add(&w, ".", &what);
	if (err)
		diag_error(diag, dir, what, "can't be recorded: %s", strerror(-err));
	else
		err = write_manifest(&m, file, name, diag);
	close(w.root);
	strmap_free(&w.by_path);
	manifest_free(&old);
	manifest_free(&m);
	return err;
}

/* ---- checking ---- */

struct checking {
	const struct manifest_check *check;
	struct manifest m;
	struct strmap by_path; /* filled when a directory has changed, or paths are asked for */
	int root;
	int dir;              /* the directory of the last record, or -1 */
	const char *dir_path; /* a record's path, which begins with that of the directory */
	size_t dir_length;
	unsigned int differences;
	bool refreshed; /* records have new identities */
};

static void differs(struct checking *c, const char *path, const char *what)
{
	if (c->differences++ < DIFFERENCES_MAX && c->check->out)
		fprintf(c->check->out, "%s %s\n", path, what);
}

static void map_paths(struct checking *c)
{
	if (c->by_path.used)
		return;
	for (uint32_t i = 0; i < c->m.records.n; i++)
		strmap_set(&c->by_path, c->m.records.v[i].path, i);
}

static bool is_left_out(const struct record *r)
{
	static const char *const suffixes[] = {".c", ".h", ".S", ".rst", ".dts", ".dtsi", ".yaml"};
	size_t length = strlen(r->path);

	if (S_ISDIR(r->mode))
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (length > n && !strcmp(r->path + length - n, suffixes[i]))
			return true;
	}
	return false;
}

/* Opens a directory that is no link. Returns 0, or -errno. */
static int open_stream(int dir, const char *name, DIR **stream)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	*stream = fdopendir(fd);
	if (!*stream) {
		err = -errno;
		close(fd);
	}
	return err;
}

/* Removes a file, or a directory with all that is in it. */
static int remove_at(int dir, const char *name)
{
	struct dirent *entry;
	DIR *stream;
	int err;

	if (!unlinkat(dir, name, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	err = open_stream(dir, name, &stream);
	if (err)
		return err;
	while (!err && (entry = readdir(stream)))
		if (!is_dot(entry->d_name))
			err = remove_at(dirfd(stream), entry->d_name);
	closedir(stream);
	if (!err && unlinkat(dir, name, AT_REMOVEDIR))
		err = -errno;
	return err;
}

/* A directory whose identity changed: is there anything that was not there? (What is gone misses its own record.) */
static int check_names(struct checking *c, struct record *r)
{
	struct dirent *entry;
	struct stat st;
	DIR *stream;
	char *path;
	int err = open_stream(c->root, r->path, &stream);

	if (err)
		return err;
	map_paths(c);
	while (!err && (entry = readdir(stream))) {
		if (is_dot(entry->d_name))
			continue;
		path = strcmp(r->path, ".") ? arena_printf(c->m.arena, "%s/%s", r->path, entry->d_name)
					    : arena_strdup(c->m.arena, entry->d_name);
		if (strmap_get(&c->by_path, path) != STRMAP_NONE)
			continue;
		if (c->check->prune)
			err = remove_at(dirfd(stream), entry->d_name);
		else
			differs(c, path, "does not belong there");
	}
	if (!err && fstat(dirfd(stream), &st))
		err = -errno;
	closedir(stream);
	if (!err) {
		record_take_stat(r, &st);
		c->refreshed = true;
	}
	return err;
}

static void close_dir(struct checking *c)
{
	if (c->dir >= 0)
		close(c->dir);
	c->dir = -1;
}

/*
 * stat() of a record's file. Each part of a path is a search for the kernel, which made nearly all of the time of a
 * check: so the directory is kept open, and the next record is mostly in the same one.
 */
static int stat_record(struct checking *c, const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	char *dir;

	if (!slash)
		return fstatat(c->root, path, st, AT_SYMLINK_NOFOLLOW);
	if (c->dir < 0 || c->dir_length != length || memcmp(c->dir_path, path, length)) {
		close_dir(c);
		dir = strndup(path, length);
		if (!dir)
			memory_exhausted();
		c->dir = openat(c->root, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		free(dir);
		if (c->dir < 0)
			return -1;
		c->dir_path = path;
		c->dir_length = length;
	}
	return fstatat(c->dir, slash + 1, st, AT_SYMLINK_NOFOLLOW);
}

static int check_record(struct checking *c, struct record *r)
{
	struct record now = {.path = r->path};
	struct stat st;
	int err;

	if (stat_record(c, r->path, &st)) {
		if (errno != ENOENT && errno != ENOTDIR)
			return -errno;
		differs(c, r->path, "is missing");
		return 0;
	}
	if (st.st_uid != geteuid()) {
		differs(c, r->path, "belongs to another user");
		return 0;
	}
	record_take_stat(&now, &st);
	if (is_same_identity(r, &now))
		return 0;
	if (now.mode != r->mode || now.size != r->size) {
		differs(c, r->path,
			(now.mode ^ r->mode) & S_IFMT ? "is another kind of file"
			: now.mode != r->mode         ? "has another mode"
						      : "has another size");
		return 0;
	}
	if (S_ISDIR(now.mode))
		return check_names(c, r);
	err = hash_file(c->root, &now);
	if (err)
		return err;
	if (!XXH128_isEqual(now.hash, r->hash)) {
		differs(c, r->path, "has other content");
		return 0;
	}
	*r = now;
	c->refreshed = true;
	return 0;
}

static int check_listed(struct checking *c, struct diag *diag)
{
	struct input input;
	char *line;
	int err = 0;

	map_paths(c);
	input_begin(&input, c->check->only, "the list");
	while (!err && (line = input_line(&input))) {
		uint32_t id = strmap_get(&c->by_path, line);

		if (id == STRMAP_NONE)
			differs(c, line, "does not belong there");
		else
			err = check_record(c, &c->m.records.v[id]);
	}
	return input_end(&input, err, diag);
}

static int check_all(struct checking *c)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < c->m.records.n; i++)
		if (!c->check->light || !is_left_out(&c->m.records.v[i]))
			err = check_record(c, &c->m.records.v[i]);
	return err;
}

int manifest_check(const struct manifest_check *check, struct diag *diag)
{
	struct checking c = {.check = check, .root = open_root(check->dir), .dir = -1};
	int err = 0;

	if (c.root < 0 || !read_manifest(&c.m, check->file, check->name)) {
		differs(&c, check->dir, c.root < 0 ? "is not a directory" : "has no whole manifest");
	} else {
		err = check->only ? check_listed(&c, diag) : check_all(&c);
		if (err)
			diag_error(diag, check->dir, NULL, "can't be checked: %s", strerror(-err));
		if (!err && !c.differences && c.refreshed)
			err = write_manifest(&c.m, check->file, check->name, diag);
	}
	close_dir(&c);
	if (c.root >= 0)
		close(c.root);
	strmap_free(&c.by_path);
	manifest_free(&c.m);
	return err ? err : !c.differences;
}

/* ---- listing ---- */

static int kind_of(int dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	return fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ? -errno : (int)IFTODT(st.st_mode);
}

/* prefix: the path of dir, empty or with a slash at its end. */
static int list_dir(int dir, const char *name, const char *prefix, FILE *out)
{
	struct dirent *entry;
	char target[4097];
	char *below;
	DIR *stream;
	ssize_t n;
	int kind, err = open_stream(dir, name, &stream);

	if (err)
		return err;
	while (!err && (entry = readdir(stream))) {
		if (is_dot(entry->d_name))
			continue;
		kind = kind_of(dirfd(stream), entry);
		if (kind < 0) {
			err = kind;
		} else if (kind == DT_DIR) {
			if (asprintf(&below, "%s%s/", prefix, entry->d_name) < 0)
				memory_exhausted();
			err = list_dir(dirfd(stream), entry->d_name, below, out);
			free(below);
		} else {
			n = kind == DT_LNK ? readlinkat(dirfd(stream), entry->d_name, target, sizeof(target) - 1) : 0;
			if (n < 0)
				err = -errno;
			else
				fprintf(out, "%c\t%s%s\t%.*s\n",
					kind == DT_LNK   ? 'l'
					: kind == DT_REG ? 'f'
							 : 'o',
					prefix, entry->d_name, (int)n, target);
		}
	}
	closedir(stream);
	return err;
}

int manifest_list(const char *dir, FILE *out, struct diag *diag)
{
	int err = list_dir(AT_FDCWD, dir, "", out);

	if (err)
		diag_error(diag, dir, NULL, "can't be listed: %s", strerror(-err));
	return err;
}
