// SPDX-License-Identifier: GPL-2.0-only
#include "util/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool is_dot_entry(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

int directory_open(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int directory_stream(int dir, const char *name, DIR **stream)
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

int directory_remove(int dir, const char *name)
{
	struct dirent *entry;
	DIR *stream;
	int err;

	if (!unlinkat(dir, name, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	err = directory_stream(dir, name, &stream);
	if (err)
		return err;
	while (!err && (entry = readdir(stream)))
		if (!is_dot_entry(entry->d_name))
			err = directory_remove(dirfd(stream), entry->d_name);
	closedir(stream);
	if (!err && unlinkat(dir, name, AT_REMOVEDIR))
		err = -errno;
	return err;
}
