/* SPDX-License-Identifier: GPL-2.0-only */
/* Indexes into constants that are copied. */
#ifndef KLP_DIFF_TABLE_ORDER_H
#define KLP_DIFF_TABLE_ORDER_H

#include "diff/select.h"

struct diag;
struct types;

/* Tells where the entries of a copied table are at other places than before, and refuses where there are fewer. */
void table_order_check(const struct diff *diff, const struct types *orig, const struct types *patched,
		       struct diag *diag);

#endif
