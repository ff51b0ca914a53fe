// SPDX-License-Identifier: GPL-2.0-only
/* See output.h. */
#include "util/output.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/diag.h"

static int report(const struct output *output, int err, struct diag *diag)
{
	diag_error(diag, output->path, NULL, "can't write: %s", strerror(-err));
	return err;
}

/* What a new file gets that open() makes: mkstemp() makes a private one. */
static mode_t mode_of_new_file(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

void output_begin(void)
{
	signal(SIGXFSZ, SIG_IGN);
}

int output_open(struct output *output, const char *path, struct diag *diag)
{
	struct stat st;
	int fd, err;

	*output = (struct output){.path = path};
	if (!lstat(path, &st) && !S_ISREG(st.st_mode)) {
		output->file = fopen(path, "we");
		return output->file ? 0 : report(output, -errno, diag);
	}
	if (asprintf(&output->temp, "%s.XXXXXX", path) < 0)
		return report(output, -ENOMEM, diag);
	fd = mkstemp(output->temp);
	if (fd < 0) {
		err = report(output, -errno, diag);
		free(output->temp);
		return err;
	}
	if (!fchmod(fd, mode_of_new_file()))
		output->file = fdopen(fd, "w");
	if (output->file)
		return 0;
	err = report(output, -errno, diag);
	close(fd);
	unlink(output->temp);
	free(output->temp);
	return err;
}

int output_close(struct output *output, int err, struct diag *diag)
{
	bool failed = ferror(output->file);

	if ((fclose(output->file) || failed) && !err)
		err = report(output, errno ? -errno : -EIO, diag);
	if (!err && output->temp && rename(output->temp, output->path))
		err = report(output, -errno, diag);
	if (err && output->temp)
		unlink(output->temp);
	free(output->temp);
	return err;
}

int output_flush(FILE *file)
{
	bool failed = ferror(file);

	/* The error of an earlier print is not in errno any more. */
	if (!fflush(file))
		return failed ? -EIO : 0;
	return errno ? -errno : -EIO;
}
