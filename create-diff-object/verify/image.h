/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image of the target.
 */
#ifndef KLP_VERIFY_IMAGE_H
#define KLP_VERIFY_IMAGE_H

struct diag;
struct verify;

/* Reads it, and what it tells of itself. Returns 0 or -errno, reported. */
int verify_read_image(struct verify *v, const char *path, struct diag *diag) __attribute__((warn_unused_result));
/* Its symbols. Returns 0 or -errno, reported. */
int verify_read_image_symbols(struct verify *v, struct diag *diag) __attribute__((warn_unused_result));
/* Frees it, whatever of it was read. */
void verify_drop_image(struct verify *v);

#endif
