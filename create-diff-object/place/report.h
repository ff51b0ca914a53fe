/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a proof says to people.
 */
#ifndef KLP_PLACE_REPORT_H
#define KLP_PLACE_REPORT_H

#include "place/place.h"
#include "util/diag.h"

/* Counts the functions that match, and reports the first difference, if there is any, at this level. */
void report_proof(struct proof *pl, enum diag_level level, struct diag *diag);

#endif
