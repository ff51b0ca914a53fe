/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry sizes of special tables that the user gives, against those that an object shows by itself.
 */
#ifndef KLP_OBJECT_LAYOUT_H
#define KLP_OBJECT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct arch_ops;
struct diag;
struct elf_obj;
struct special_row;

#define LAYOUT_MAX 32

struct layout {
	struct {
		const struct special_row *row;
		uint32_t size; /* bytes */
		bool from_environment;
	} sizes[LAYOUT_MAX];
	uint32_t n;
};

/* Takes sizes from the environment variables that the rows of arch name. Returns 0 or -errno, reported. */
int layout_read_environment(struct layout *layout, const struct arch_ops *arch, struct diag *diag)
	__attribute__((warn_unused_result));
/* Takes sizes from a file of lines "<section> <bytes>", "#" starts a comment; they go before the environment's. */
int layout_read_file(struct layout *layout, const struct arch_ops *arch, const char *path, struct diag *diag)
	__attribute__((warn_unused_result));
/* Takes sizes from the structures in the BTF of an image, if it has any. Returns 0 or -errno, reported. */
int layout_read_image(struct layout *layout, const struct elf_obj *image, struct diag *diag)
	__attribute__((warn_unused_result));
/* Writes them as a file that layout_read_file() reads. */
void layout_write(const struct layout *layout, FILE *out);
/* The size given for a row, 0 if none was. */
uint32_t layout_size(const struct layout *layout, const struct special_row *row);
/* Who gave it: the name of an environment variable, or "--layout". */
const char *layout_source(const struct layout *layout, const struct special_row *row);

#endif
