// SPDX-License-Identifier: GPL-2.0-only
#include "util/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/directory.h"
#include "util/manifest-file.h"

/* A change within the tick in which a file was looked at would not show in its ctime. */
#define TICK_NS 20000000

struct walk {
	struct manifest *m;
	struct manifest *old; /* an earlier manifest, perhaps empty */
	int root;
};

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return manifest_path_compare((*a)->d_name, (*b)->d_name);
}

static int walk_names(int root, const char *path, struct dirent ***names)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int n;

	if (fd < 0)
		return -errno;
	n = scandirat(fd, ".", names, NULL, compare_names);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

/* Returns 0, or -errno with *what the path that is the reason. */
static int walk_add(struct walk *w, const char *path, const char **what)
{
	struct dirent **names;
	struct manifest_record *r;
	struct manifest_record *r_old;
	struct stat st;
	int64_t old;
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
	manifest_take_stat(r, &st);
	old = manifest_find(w->old, path);
	r_old = old < 0 ? NULL : &w->old->records.v[old];
	if (r_old && manifest_record_known(r_old) && manifest_is_same(r, r_old)) {
		r->hash = r_old->hash;
	} else {
		err = manifest_hash(w->root, r);
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

		if (!err && !is_dot_entry(name))
			err = walk_add(w,
				       strcmp(path, ".") ? arena_printf(w->m->arena, "%s/%s", path, name)
							 : arena_strdup(w->m->arena, name),
				       what);
		free(names[i]);
	}
	free(names);
	return err;
}

int manifest_content(const char *file, const char *name, const char *prefix, FILE *out, struct diag *diag)
{
	XXH3_state_t *state = XXH3_createState();
	size_t length = strlen(prefix);
	XXH128_hash_t sum;
	struct manifest m = {0};
	bool whole;

	if (!state)
		memory_exhausted();
	XXH3_128bits_reset(state);
	whole = manifest_read(&m, file, name);
	for (uint32_t i = 0; whole && i < m.records.n; i++) {
		struct manifest_record *r = &m.records.v[i];
		uint64_t numbers[4];

		if (strncmp(r->path, prefix, length) || r->path[length] != '/')
			continue;
		whole = manifest_record_known(r);
		numbers[0] = r->mode;
		numbers[1] = r->size;
		numbers[2] = r->hash.high64;
		numbers[3] = r->hash.low64;
		XXH3_128bits_update(state, numbers, sizeof(numbers));
		/* Its end as well: paths are told apart from what follows. */
		XXH3_128bits_update(state, r->path, strlen(r->path) + 1);
	}
	sum = XXH3_128bits_digest(state);
	if (whole)
		fprintf(out, "%016" PRIx64 "%016" PRIx64 "\n", sum.high64, sum.low64);
	else
		diag_error(diag, file, NULL, "is no whole manifest");
	XXH3_freeState(state);
	manifest_free(&m);
	return whole ? 0 : -ENOENT;
}

int manifest_seal(const char *dir, const char *file, const char *name, struct diag *diag)
{
	struct manifest m = {.arena = arena_new()}, old = {0};
	struct walk w = {.m = &m, .old = &old, .root = directory_open(dir)};
	const char *what = ".";
	int err;

	if (w.root < 0) {
		err = -errno;
		diag_error(diag, dir, NULL, "can't open: %s", strerror(-err));
		arena_free(m.arena);
		return err;
	}
	manifest_read(&old, file, name);
	nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
	err = walk_add(&w, ".", &what);
	if (err)
		diag_error(diag, dir, what, "can't be recorded: %s", strerror(-err));
	else
		err = manifest_write(&m, file, name, diag);
	close(w.root);
	manifest_free(&old);
	manifest_free(&m);
	return err;
}
