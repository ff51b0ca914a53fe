/* SPDX-License-Identifier: GPL-2.0-only */
/* Static locals by where the source declares them, as far as debug information tells. */
#ifndef KLP_DIFF_DECLARED_H
#define KLP_DIFF_DECLARED_H

#include "diff/pairing.h"

/* Marks pairs of static locals as ambiguous that are declared in other places. */
void declared_doubt_pairs(struct pairing *pairing);

#endif
