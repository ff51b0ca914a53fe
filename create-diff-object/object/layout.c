// SPDX-License-Identifier: GPL-2.0-only
/* Entry sizes from outside: a file, the environment variables that existing build scripts set, the BTF of an image. */
#include "object/layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/special.h"
#include "target/btf.h"
#include "util/diag.h"
#include "util/input.h"

static int set_size(struct layout *layout, const struct special_row *row, const char *text, const char *file,
		    const char *place, struct diag *diag)
{
	char *end;
	unsigned long size = strtoul(text, &end, 0);
	uint32_t i = 0;

	if (end == text || *end || !size || size > UINT8_MAX)
		return diag_error(diag, file, place, "'%s' is not an entry size in bytes", text);
	while (i < layout->n && layout->sizes[i].row != row)
		i++;
	if (i == LAYOUT_MAX)
		return diag_error(diag, file, place, "internal error: a machine with more than %u special tables",
				  LAYOUT_MAX);
	layout->sizes[i].row = row;
	layout->sizes[i].size = (uint32_t)size;
	layout->sizes[i].from_environment = !file;
	if (i == layout->n)
		layout->n++;
	return 0;
}

int layout_read_environment(struct layout *layout, const struct arch_ops *arch, struct diag *diag)
{
	for (const struct special_row *row = arch->special; row->section; row++) {
		const char *text = row->size_env ? getenv(row->size_env) : NULL;
		int err;

		if (!text || !*text)
			continue;
		err = set_size(layout, row, text, NULL, row->size_env, diag);
		if (err)
			return err;
	}
	return 0;
}

int layout_read_file(struct layout *layout, const struct arch_ops *arch, const char *path, struct diag *diag)
{
	char section[128], size[32], more, *line;
	struct input input;
	int err = input_open(&input, path, diag);

	if (err)
		return err;
	while (!err && (line = input_line(&input))) {
		const struct special_row *row;

		line[strcspn(line, "#")] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		if (sscanf(line, "%127s %31s %c", section, size, &more) != 2) {
			err = diag_error(diag, path, input_place(&input), "want '<section> <bytes>'");
			break;
		}
		row = arch_find_special(arch, section);
		if (!row)
			err = diag_error(diag, path, input_place(&input), "'%s' is not a special section", section);
		else
			err = set_size(layout, row, size, path, input_place(&input), diag);
	}
	return input_close(&input, err, diag);
}

int layout_read_image(struct layout *layout, const struct elf_obj *image, struct diag *diag)
{
	const char *names[LAYOUT_MAX] = {0};
	uint32_t sizes[LAYOUT_MAX];
	const struct special_row *rows = image->arch->special;
	uint32_t n = 0;
	int err;

	for (; n < LAYOUT_MAX && rows[n].section; n++)
		names[n] = rows[n].type;
	err = btf_read_struct_sizes(image, names, sizes, n, diag);
	for (uint32_t i = 0; i < n && !err; i++) {
		if (!sizes[i])
			continue;
		layout->sizes[layout->n].row = &rows[i];
		layout->sizes[layout->n++].size = sizes[i];
	}
	return err;
}

void layout_write(const struct layout *layout, FILE *out)
{
	for (uint32_t i = 0; i < layout->n; i++)
		fprintf(out, "%s\t%u\n", layout->sizes[i].row->section, layout->sizes[i].size);
}

uint32_t layout_size(const struct layout *layout, const struct special_row *row)
{
	for (uint32_t i = 0; i < layout->n; i++)
		if (layout->sizes[i].row == row)
			return layout->sizes[i].size;
	return 0;
}

const char *layout_source(const struct layout *layout, const struct special_row *row)
{
	for (uint32_t i = 0; i < layout->n; i++)
		if (layout->sizes[i].row == row && layout->sizes[i].from_environment)
			return row->size_env;
	return "--layout";
}
