// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/directory.h"
#include "util/input.h"
#include "util/manifest-file.h"
#include "util/manifest.h"
#include "util/strmap.h"

#define DIFFERENCES_MAX 3

struct checking {
	const struct manifest_check *check;
	struct manifest m;
	struct strmap changed; /* directories in which names have come or gone, where all records are checked */
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

static bool is_left_out(const struct manifest_record *r)
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

/* A directory whose identity changed: is there anything that was not there? (What is gone misses its own record.) */
static int check_names(struct checking *c, struct manifest_record *r)
{
	struct dirent *entry;
	struct stat st;
	DIR *stream;
	char *path;
	int err = directory_stream(c->root, r->path, &stream);

	if (err)
		return err;
	strmap_set(&c->changed, r->path, 1);
	while (!err && (entry = readdir(stream))) {
		if (is_dot_entry(entry->d_name))
			continue;
		path = strcmp(r->path, ".") ? arena_printf(c->m.arena, "%s/%s", r->path, entry->d_name)
					    : arena_strdup(c->m.arena, entry->d_name);
		if (manifest_find(&c->m, path) >= 0)
			continue;
		if (c->check->prune)
			err = directory_remove(dirfd(stream), entry->d_name);
		else
			differs(c, path, "does not belong there");
	}
	if (!err && fstat(dirfd(stream), &st))
		err = -errno;
	closedir(stream);
	if (!err) {
		manifest_take_stat(r, &st);
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

static int check_record(struct checking *c, struct manifest_record *r)
{
	struct manifest_record now = {.path = r->path};
	struct stat st;
	int err;

	if (!manifest_record_known(r)) {
		differs(c, r->path, "is recorded in a strange way");
		return 0;
	}
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
	manifest_take_stat(&now, &st);
	if (manifest_is_same(r, &now))
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
	err = manifest_hash(c->root, &now);
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

/*
 * A link can't be made to lead elsewhere: another one has to be put in its place, and that changes the directory. So
 * where the directory has not changed its links have not. (Views of a source are of nothing else, 50,000 of them.)
 */
static bool is_same_link(struct checking *c, const struct manifest_record *r)
{
	const char *slash = strrchr(r->path, '/');
	bool same;
	char *dir;

	if (!S_ISLNK(r->mode) || !c->changed.used)
		return S_ISLNK(r->mode);
	dir = slash ? strndup(r->path, (size_t)(slash - r->path)) : strdup(".");
	if (!dir)
		memory_exhausted();
	same = strmap_get(&c->changed, dir) == STRMAP_NONE;
	free(dir);
	return same;
}

static int check_listed(struct checking *c, struct diag *diag)
{
	struct input input;
	char *line;
	int err = 0;

	input_begin(&input, c->check->only, "the list");
	while (!err && (line = input_line(&input))) {
		int64_t id = manifest_find(&c->m, line);

		if (id < 0)
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
		if ((!c->check->light || !is_left_out(&c->m.records.v[i])) && !is_same_link(c, &c->m.records.v[i]))
			err = check_record(c, &c->m.records.v[i]);
	return err;
}

int manifest_check(const struct manifest_check *check, struct diag *diag)
{
	struct checking c = {.check = check, .root = directory_open(check->dir), .dir = -1};
	int err = 0;

	if (c.root < 0 || !manifest_read(&c.m, check->file, check->name)) {
		differs(&c, check->dir, c.root < 0 ? "is not a directory" : "has no whole manifest of this version");
	} else {
		err = check->only ? check_listed(&c, diag) : check_all(&c);
		if (err)
			diag_error(diag, check->dir, NULL, "can't be checked: %s", strerror(-err));
		if (!err && !c.differences && c.refreshed)
			err = manifest_write(&c.m, check->file, check->name, diag);
	}
	close_dir(&c);
	if (c.root >= 0)
		close(c.root);
	strmap_free(&c.changed);
	manifest_free(&c.m);
	return err ? err : !c.differences;
}
