/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a base check says to people.
 */
#ifndef KLP_PLACE_REPORT_H
#define KLP_PLACE_REPORT_H

#include "place/place.h"
#include "util/diag.h"

/* Counts the functions that match, and reports the first difference, if there is any, at this level. */
void report_base_check(struct base_check *check, enum diag_level level, struct diag *diag);

#endif
