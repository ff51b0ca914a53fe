/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes on running old code when the livepatch is there. */
#ifndef KLP_DIFF_RUNNING_H
#define KLP_DIFF_RUNNING_H

#include "diff/select.h"

struct diag;

/* Is the address of an original function taken, in code or data? */
bool running_is_address_taken(const struct side *side, uint32_t p);
/*
 * Tells of changed functions that a task may never leave, and of functions that are gone and whose address others have.
 */
void running_warn(const struct diff *diff, struct diag *diag);

#endif
