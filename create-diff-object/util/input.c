// SPDX-License-Identifier: GPL-2.0-only
#include "util/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/diag.h"

void input_begin(struct input *input, FILE *file, const char *path)
{
	*input = (struct input){.file = file, .path = path, .is_text = true};
}

int input_open(struct input *input, const char *path, struct diag *diag)
{
	FILE *file = fopen(path, "re");

	if (!file) {
		int err = -errno;

		diag_error(diag, path, NULL, "can't open: %s", strerror(-err));
		return err;
	}
	input_begin(input, file, path);
	return 0;
}

char *input_line(struct input *input)
{
	ssize_t n = getline(&input->line, &input->capacity, input->file);

	if (n <= 0)
		return NULL;
	input->number++;
	if (strlen(input->line) != (size_t)n) {
		input->is_text = false;
		return NULL;
	}
	if (input->line[n - 1] == '\n')
		input->line[n - 1] = '\0';
	return input->line;
}

const char *input_place(struct input *input)
{
	snprintf(input->place, sizeof(input->place), "line %u", input->number);
	return input->place;
}

int input_end(struct input *input, int err, struct diag *diag)
{
	if (!err && ferror(input->file))
		err = diag_error(diag, input->path, NULL, "can't read: %s", strerror(errno));
	if (!err && !input->is_text)
		err = diag_error(diag, input->path, input_place(input), "holds a NUL byte, so it is not text");
	free(input->line);
	return err;
}

int input_close(struct input *input, int err, struct diag *diag)
{
	err = input_end(input, err, diag);
	fclose(input->file);
	return err;
}
