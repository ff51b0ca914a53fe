/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that runs, as the target.
 */
#ifndef KLP_VERIFY_RUNNING_H
#define KLP_VERIFY_RUNNING_H

#include <stdbool.h>

struct diag;
struct elf_note;
struct verify;

/* Reads it into v. Returns 0 or -errno, reported. */
int verify_read_running(struct verify *v, struct diag *diag) __attribute__((warn_unused_result));
/* The build ID of a module that is loaded there. False: it is not loaded, or has none. */
bool verify_read_loaded_id(struct verify *v, const char *module, struct elf_note *id);

#endif
